"""Headers in the languages of Discovery's users."""

import polars as pl
import pytest

from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.mapping.vocabularies import environment_words
from discovery_dagster.domain.values.states import state_of
from discovery_dagster.domain.words import fold, index_words
from discovery_dagster.reference import load
from discovery_dagster_tests.domain.sources import fields_of, records_of, table

pytestmark = pytest.mark.pipeline

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
        ["Nome server", "Sistema operativo", "Memoria (GB)", "N. core", "Indirizzo IP", "Ambiente",
         "Sede"],
        ["Servernaam", "Besturingssysteem", "Werkgeheugen (GB)", "Aantal kernen", "IP-adres",
         "OTAP-omgeving", "Locatie"],
        ["Nazwa hosta", "System operacyjny", "Pamięć RAM (GB)", "Liczba rdzeni", "Adres IP",
         "Środowisko", "Serwerownia"],
        ["NAZWA SERWERA", "System Operacyjny", "Pamiec (GB)", "Rdzenie", "Adres IP", "Srodowisko",
         "Lokalizacja"],
        ["Sunucu Adı", "İşletim Sistemi", "Bellek (GB)", "Çekirdek Sayısı", "IP Adresi", "Ortam",
         "Veri Merkezi"],
        ["Имя сервера", "Операционная система", "Память (ГБ)", "Количество ядер", "IP-адрес",
         "Среда", "Площадка"],
        ["ホスト名", "OS種別", "メモリ容量(GB)", "CPUコア数", "IPアドレス", "環境", "設置場所"],
        ["服务器名称", "操作系统", "内存大小(GB)", "CPU核数", "IP地址", "所属环境", "机房位置"],
    ],
)  # fmt: skip
def test_headers_mean_the_same_in_each_language(header):
    source = table(header, ROW)
    assert [field.replace("hostname", "name") for field in fields_of(source).values()] == FIELDS
    assert records_of(source).assets["memory_gb"].to_list() == [16.0]


@pytest.mark.parametrize(
    "header",
    [["Origine", "Cible"], ["Origen", "Destino"], ["Origem", "Destino"], ["Bron", "Doel"],
     ["Sistema sorgente", "Sistema destinazione"], ["Źródło", "Cel"], ["Kaynak", "Hedef"],
     ["Источник", "Назначение"], ["連携元", "連携先"], ["源系统", "目标系统"]],
)  # fmt: skip
def test_two_ends_of_a_relation_are_known_in_each_language(header):
    records = records_of(table(header, ("web", "db")))
    assert records.relations.select("source", "target").rows() == [("web", "db")]


def test_types_are_known_in_each_language():
    rows = [("a", "Pare-feu"), ("b", "Base de données"), ("c", "Commutateur")]
    types = records_of(table(["Nom", "Type"], *rows)).assets["declared_type"].to_list()
    assert types == ["security_device", "database", "network_device"]


@pytest.mark.parametrize(
    ("phrase", "relation", "turned"),
    [
        ("hängt ab von", "depends_on", False),
        ("wird verwendet von", "depends_on", True),
        ("hostet", "runs_on", True),
        ("dépend de", "depends_on", False),
        ("s'exécute sur", "runs_on", False),
        ("Utilisé par", "depends_on", True),
        ("se conecta a", "connects_to", False),
        ("es utilizado por", "depends_on", True),
        ("hospedado em", "runs_on", False),
        ("è usato da", "depends_on", True),
        ("draait op", "runs_on", False),
    ],
)
def test_phrases_mean_the_same_in_each_language(phrase, relation, turned):
    (edges,) = records_of(
        table(["Source", "Target", "Relation"], ("a", "b", phrase))
    ).relations.to_dicts()
    ends = ("b", "a") if turned else ("a", "b")
    assert (edges["source"], edges["target"], edges["relation"]) == (*ends, relation)


@pytest.mark.parametrize("cell", ["n/d", "Ninguna", "aucune", "keine", "TBD", "ALL", "todos", "-"])
def test_words_for_nothing_and_everything_name_nothing(cell):
    records = records_of(table(["Application", "Depends on"], ("web", cell), ("shop", "web")))
    assert records.relations.select("source", "target").rows() == [("shop", "web")]


def test_separators_may_be_mixed():
    records = records_of(
        table(["Application", "Depends on"], ("web", "cart; pay, ship | Big, Bad Co."))
    )
    assert records.relations["target"].to_list() == ["cart", "pay", "ship", "Big, Bad Co."]


@pytest.mark.parametrize(
    ("cell", "target", "address", "port"),
    [
        ("db-01:5432", "db-01", None, 5432),
        ("postgres:14", "postgres:14", None, None),
        ("db-01 (10.0.0.3)", "db-01", "10.0.0.3", None),
        ("https://crm.corp.example:8443/api?x=1", "crm.corp.example", None, 8443),
        ("10.0.0.3", None, "10.0.0.3", None),
        ("CRM Core", "CRM Core", None, None),
    ],
)
def test_what_a_reference_is_made_of(cell, target, address, port):
    records = records_of(table(["Application", "Depends on"], ("web", cell)))
    (relation,) = records.relations.to_dicts()
    assert (relation["target"], relation["target_address"], relation["port"]) == (
        target,
        address,
        port,
    )


@pytest.mark.parametrize(
    "header",
    [
        ["Src IP", "Dst IP", "Dst Port", "Protocol"],
        ["Quell-IP", "Ziel-IP", "Ziel-Port", "Protokoll"],
        ["IP source", "IP destination", "Port destination", "Protocole"],
        ["IP origen", "IP destino", "Puerto destino", "Protocolo"],
        ["IP origem", "IP destino", "Porta destino", "Protocolo"],
    ],
)
def test_flows_are_observed_in_each_language(header):
    relations = records_of(table(header, ("10.0.0.1", "10.0.0.2", "443", "TCP"))).relations
    assert relations.select("kind", "source_address", "target_address", "port").rows() == [
        ("observed", "10.0.0.1", "10.0.0.2", 443)
    ]


@pytest.mark.parametrize(
    ("field", "cells", "meaning"),
    [
        ("environment", ["Collaudo", "Acceptatie", "Testowe", "検証環境", "测试环境",
                         "Тестовая среда"], "test"),
        ("environment", ["Esercizio", "Productie", "Produkcyjne", "Canlı", "本番", "生产",
                         "Продуктив", "Produzione", "Produkcja"],
         "production"),
        ("criticality", ["Molto alta", "Zeer hoog", "Krytyczny", "Çok yüksek", "最重要", "核心",
                         "Критическая"],
         "critical"),
        ("declared_type", ["Macchina virtuale", "Virtuele machine", "Maszyna wirtualna",
                           "Sanal Sunucu", "仮想サーバ", "虚拟机", "Виртуальная машина"],
         "virtual_machine"),
        ("status", ["Dismesso", "Buiten gebruik", "Wycofany", "Kullanım dışı", "廃止", "已下线",
                    "Выведен из эксплуатации"],
         "out_of_service"),
        ("status", ["Spento", "Uitgeschakeld", "Wyłączony", "Kapalı", "停止中", "关机", "Выключен"],
         "powered_off"),
    ],
)  # fmt: skip
def test_values_mean_the_same_in_each_language(field, cells, meaning):
    meanings = {
        "environment": environment_words(),
        "criticality": index_words(load("criticalities")),
        "declared_type": synonyms.type_words(),
    }
    if field == "status":
        states = state_of(pl.Series(cells)).to_list()
    else:
        states = [meanings[field].get(fold(cell)) for cell in cells]
    assert states == [meaning] * len(cells)


WORDS = {
    "ru": ("Память", "64 ГБ", "Администратор", "Заводской номер", "Инвентарный номер",
           "Производитель"),
    "ja": ("メモリ", "64 GB", "システム管理者", "製造番号", "資産番号", "メーカー"),
    "zh": ("内存", "64GB", "系统管理员", "序列号", "资产编号", "厂商"),
    "pl": ("Pamięć RAM", "64 GB", "Administrator", "Numer seryjny", "Numer inwentarzowy",
           "Producent"),
    "tr": ("Bellek", "64 GB", "Teknik Sorumlu", "Seri Numarası", "Envanter No", "Üretici"),
    "nl": ("Geheugen", "64 GB", "Technisch beheerder", "Serienummer", "Inventarisnummer",
           "Fabrikant"),
    "it": ("Memoria", "64 GB", "Referente tecnico", "Numero di serie", "Numero inventario",
           "Produttore"),
}  # fmt: skip


@pytest.mark.parametrize("language", WORDS)
def test_what_else_lists_say_of_machines_is_read_in_each_language(language):
    memory, amount, *others = WORDS[language]
    cells = (amount, "Ann Li", "CZJ1230A1B", "INV-7", "HPE")
    [asset] = records_of(table(["Hostname", memory, *others], ("web-1", *cells))).assets.to_dicts()
    fields = ("memory_gb", "technical_owner", "serial_number", "asset_tag", "vendor")
    assert tuple(asset[field] for field in fields) == (64.0, *cells[1:])
