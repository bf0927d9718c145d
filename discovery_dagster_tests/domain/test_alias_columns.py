"""Lists say by which further names others refer to a thing, in columns of many headings."""

import pytest

from discovery_dagster_tests.domain.sources import fields_of, records_of, table

pytestmark = pytest.mark.pipeline

ROW = ("lx-041", "kasse.corp.example; till", "10.0.0.1", "RHEL 8")


@pytest.mark.parametrize(
    "header",
    [
        "Aliases", "alias", "CNAME", "DNS Alias", "dns_aliases", "Also known as", "AKA",
        "Formerly", "Other names", "Old hostname", "Aliasname", "Weitere Namen", "Früherer Name",
        "Auch bekannt als", "Autres noms", "Ancien nom", "Aussi appelé", "Otros nombres",
        "Nombre anterior", "También conocido como", "Outros nomes", "Nome anterior", "Apelidos",
    ],
)  # fmt: skip
def test_a_column_of_further_names_is_read_as_aliases(header):
    source = table(["Hostname", header, "IP Address", "OS"], ROW)
    assert fields_of(source)[header] == "aliases"
    records = records_of(source).assets
    assert records["aliases"].to_list() == [["kasse.corp.example", "till"]]
    assert records["hostname"].to_list() == ["lx-041"]


@pytest.mark.parametrize("nothing", ["", "-", "n/a", "none"])
def test_a_cell_without_a_name_is_no_alias(nothing):
    row = ("lx-041", nothing, "10.0.0.1", "RHEL 8")
    source = table(["Hostname", "Aliases", "IP Address", "OS"], row, ROW)
    assert records_of(source).assets["aliases"].to_list()[0] == []


@pytest.mark.parametrize("separator", ["; ", ", ", "\n", " | ", "|"])
def test_a_cell_holds_several_aliases(separator):
    row = ("lx-041", separator.join(("kasse", "till")), "10.0.0.1", "RHEL 8")
    source = table(["Hostname", "Aliases", "IP Address", "OS"], row)
    assert records_of(source).assets["aliases"].to_list() == [["kasse", "till"]]
