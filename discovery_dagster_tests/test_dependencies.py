"""What users install, under which licences it is, and that the locks pin it."""

import csv
import re

import pytest

from discovery_dagster_tests.installation import PROJECT
from scripts.dependencies.bill import locked
from scripts.dependencies.licences import licence_of, refusals

PRODUCT, DEVELOPMENT = PROJECT / "requirements.lock", PROJECT / "requirements-dev.lock"


def test_no_tool_of_development_is_in_what_users_install():
    product = locked(PRODUCT)
    assert {"dagster", "polars", "uvicorn", "pip", "setuptools"} <= product.keys()
    assert not {"pytest", "hypothesis", "mypy", "ruff", "playwright", "hatchling"} & product.keys()


def test_development_has_what_users_have_in_the_same_versions():
    assert locked(PRODUCT).items() <= locked(DEVELOPMENT).items()


@pytest.mark.parametrize("lock", [PRODUCT, DEVELOPMENT], ids=["product", "development"])
def test_a_lock_has_hashes_and_names_no_place(lock):
    text = lock.read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"(?m)^(-i |--|\s*# .*[ (]/)", text)
    for entry in re.split(r"(?m)^(?=[\w.-]+==)", text)[1:]:
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_every_locked_package_is_listed_with_its_day_and_licence():
    with (PROJECT / "docs" / "dependencies.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert locked(DEVELOPMENT).items() <= {(row["package"], row["version"]) for row in rows}
    assert [
        row["package"] for row in rows if not re.fullmatch(r"20\d\d-\d\d-\d\d", row["released"])
    ] == []
    assert {row["used_for"] for row in rows} == {"product", "development"}


@pytest.mark.parametrize(
    ("stated", "refused"),
    [
        ([{"license": {"id": "MIT"}}], False),
        ([{"expression": "MPL-2.0 AND (Apache-2.0 OR MIT)"}], False),
        ([{"license": {"name": "License :: OSI Approved :: BSD License"}}], False),
        ([{"license": {"id": "AGPL-3.0-only"}}], True),
        ([{"expression": "MIT AND GPL-3.0-only"}], True),
        ([{"license": {"name": "Proprietary"}}], True),
        ([], True),
    ],
)
def test_a_licence_that_is_unknown_or_not_allowed_is_refused(stated, refused):
    component = {"name": "thing", "version": "1.0", "licenses": stated}
    assert bool(refusals([component])) is refused


def test_what_a_package_does_not_say_of_itself_is_data():
    assert licence_of({"name": "crewai", "version": "1"}) == "MIT"
