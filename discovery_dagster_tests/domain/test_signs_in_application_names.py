"""Signs between blanks are part of an application's name, unless only their sides are known."""

import polars as pl
import pytest

from discovery_dagster.domain import canonical, formats
from discovery_dagster.domain.mapping import map_table
from discovery_dagster_tests.domain.sources import records_of, table


def applications_of(cells, known):
    rows = [*((f"s{at}", cell, "Server") for at, cell in enumerate(cells))]
    rows += [(name, None, "Application") for name in known]
    assets = records_of(table(["Name", "Applications", "Type"], *rows)).assets
    return assets["applications"].head(len(cells)).to_list()


@pytest.mark.parametrize("sign", ["&", "/", "+"])
@pytest.mark.parametrize(
    ("known", "parted"),
    [
        (["Sales {} Marketing"], False),
        (["Sales {} Marketing", "Sales", "Marketing"], False),
        (["Sales"], False),
        ([], False),
        (["Sales", "Marketing"], True),
    ],
)
def test_a_sign_parts_only_what_is_known_without_it(sign, known, parted):
    whole = f"Sales {sign} Marketing"
    (applications,) = applications_of([whole], [name.format(sign) for name in known])
    assert applications == (["Sales", "Marketing"] if parted else [whole])


def test_lists_of_such_names_are_parted_by_what_stands_between_them():
    (applications,) = applications_of(["R&D / Lab; HR / Payroll\nBilling"], [])
    assert applications == ["R&D / Lab", "HR / Payroll", "Billing"]


def test_applications_of_other_records_are_known_as_well():
    assert applications_of(["Billing + CRM", "CRM", "Billing"], [])[0] == ["Billing", "CRM"]


def test_a_list_of_applications_and_servers_meets_the_applications_by_their_whole_names():
    tables = [
        table(["Application", "Server Name"], ("Sales & Marketing", "web01"), file="b.csv"),
        table(["Name", "Type"], ("Sales & Marketing", "Application"), ("web01", "Server")),
    ]
    known = [(source, formats.recognise(source)) for source in tables]
    mapping = pl.concat([map_table(at, *each) for at, each in enumerate(known)])
    assets = canonical.canonicalise(known, mapping).assets
    assert assets["applications"].to_list()[0] == ["Sales & Marketing"]
