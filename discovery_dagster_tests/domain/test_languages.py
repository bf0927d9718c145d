"""Headers in the languages of Discovery's users."""

import pytest

from discovery_dagster_tests.domain.sources import fields_of, records_of, table

FIELDS = ["name", "os_name", "memory_gb", "cpu_cores", "ip_addresses", "environment", "location"]
ROW = ("web-1", "Ubuntu 22.04", "16", "4", "10.0.0.1", "production", "DC 1")


@pytest.mark.parametrize(
    "header",
    [
        ["Name", "Operating System", "Memory (GB)", "Cores", "IP Address", "Environment", "Site"],
        ["Bezeichnung", "Betriebssystem", "Arbeitsspeicher (GB)", "Kerne", "IP-Adresse",
         "Umgebung", "Standort"],
        ["Nom", "Système d'exploitation", "Mémoire (Go)", "Nombre de cœurs", "Adresse IP",
         "Environnement", "Emplacement"],
        ["Nombre", "Sistema operativo", "Memoria en GB", "Núcleos", "Dirección IP", "Entorno",
         "Ubicación"],
        ["Nome", "Sistema operacional", "Memória (GB)", "Núcleos", "Endereço IP", "Ambiente",
         "Localização"],
    ],
)  # fmt: skip
def test_headers_mean_the_same_in_each_language(header):
    source = table(header, ROW)
    assert fields_of(source) == dict(zip(header, FIELDS, strict=True))
    assert records_of(source).assets["memory_gb"].to_list() == [16.0]


@pytest.mark.parametrize(
    "header", [["Origine", "Cible"], ["Origen", "Destino"], ["Origem", "Destino"]]
)
def test_two_ends_of_a_relation_are_known_in_each_language(header):
    records = records_of(table(header, ("web", "db")))
    assert records.relations.select("source", "target").rows() == [("web", "db")]


def test_types_are_known_in_each_language():
    rows = [("a", "Pare-feu"), ("b", "Base de données"), ("c", "Commutateur")]
    types = records_of(table(["Nom", "Type"], *rows)).assets["declared_type"].to_list()
    assert types == ["security_device", "database", "network_device"]
