import pytest

from discovery_dagster.domain.names.applications import ApplicationNames, without_environment

NAMES = ApplicationNames.of(
    [("Webshop", ["WSHP"]), ("Sales & Marketing", []), ("HR", []), ("Payroll", [])],
    ["Billing", "billing", "Billing", "Plan + Forecast"],
)


@pytest.mark.parametrize(
    ("written", "application"),
    [
        ("WEBSHOP", ["Webshop"]),
        ("Web Shop", ["Webshop"]),
        ("Webshop (PROD)", ["Webshop"]),
        ("wshp", ["Webshop"]),
        ("Sales & Marketing", ["Sales & Marketing"]),
        ("Plan + Forecast", ["Plan + Forecast"]),
        ("HR / Payroll", ["HR", "Payroll"]),
        ("HR / Fleet", ["HR / Fleet"]),
        ("BILLING", ["Billing"]),
    ],
)
def test_a_text_means_the_application_that_is_known_by_it(written, application):
    assert NAMES.read(written) == application


def test_only_an_environment_is_taken_off_a_name():
    assert without_environment("Shop [test]") == ("Shop", "test")
    assert without_environment("Shop (EMEA)") == ("Shop (EMEA)", None)


def test_an_alias_of_two_applications_means_neither():
    names = ApplicationNames.of([("Orders", ["ORD"]), ("Order desk", ["ORD"])], [])
    assert names.find("ord") is None
