"""An application that exports spell in capitals and in small letters is one to start from."""

import re

import pytest

from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.installation import Installation
from discovery_dagster_tests.serving import Served
from discovery_dagster_tests.signed_in import signed_in

DEPENDENCIES = "/engagements/bakery.exit/sessions/s001/dependencies"
SERVERS = (
    "Hostname,IP Address,Application\n"
    "oven-01,10.8.0.1,Webshop\noven-02,10.8.0.2,WEBSHOP\noven-03,10.8.0.3,Webshop\n"
    "till-01,10.8.0.4,Billing\n"
)
NEEDS = "Source Host,Destination Host,Destination Port\noven-02,till-01,443\n"


@pytest.fixture(scope="module")
def served(standing: Installation, serving_home: Served) -> Served:
    with open_folder() as folder:
        for name, text in {"servers": SERVERS, "needs": NEEDS}.items():
            (folder / f"{name}.csv").write_text(text)
        standing.json("import", folder, "--client", "bakery", "--engagement", "exit")
    return serving_home


def test_it_is_listed_once_with_all_its_assets_by_its_commonest_spelling(served: Served):
    with signed_in(served, "bakery") as ann:
        page = ann.page(DEPENDENCIES)
    listed = re.findall(r'<option value="([^"]*)"[^>]*>[^<]* \((\d+)\)</option>', page)
    assert listed == [("Billing", "2"), ("Webshop", "4")], "with the applications themselves"


@pytest.mark.parametrize("spelling", ["Webshop", "WEBSHOP", "webshop"])
def test_any_of_its_spellings_puts_all_its_assets_in_the_middle(served: Served, spelling: str):
    with signed_in(served, "bakery") as ann:
        page = ann.page(f"{DEPENDENCIES}?application={spelling}")
    assert "oven-02" in page and "till-01" in page
