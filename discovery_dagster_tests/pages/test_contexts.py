"""Each template is given what it shows, and shows what it is given."""

import importlib
import pkgutil
import re
from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from jinja2 import meta

from discovery_dagster import pages
from discovery_dagster.domain.decisions.constraints import Constraint
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.domain.state import SessionState
from discovery_dagster.pages import frame, plan, site  # `site` imports every page
from discovery_dagster.pages.frame import SESSION_PAGES, Page, Pending
from discovery_dagster.pages.outdated import Outdated
from discovery_dagster.pages.rendering import STATIC, environment, render
from discovery_dagster.store.run_requests import RunRequest
from discovery_dagster_tests.pages import test_every_page

SESSION = SessionKey.of(EngagementKey("acme", "exit"), "s001")

PAGES = sorted(Page.__subclasses__(), key=lambda page: page.template)

#: What every template may name besides: the frame, and macros that are imported.
SHARED = {"frame", "m", "area"}

INCLUDED = {"inventory.html": ("facets_of.html",), "facets.html": ("facets_of.html",)}


def named(template: str) -> set[str]:
    """What a template takes from its context."""
    loader = environment().loader
    assert loader is not None
    source = loader.get_source(environment(), template)[0]
    return meta.find_undeclared_variables(environment().parse(source)) - set(environment().globals)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.template)
def test_a_template_names_exactly_the_fields_of_its_context(page: type[Page]):
    templates = (page.template, *INCLUDED.get(page.template, ()))
    taken = set().union(*(named(template) for template in templates))
    assert taken - SHARED == {field.name for field in fields(page)} - SHARED


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.template)
def test_each_field_says_what_is_shown_of_it(page: type[Page]):
    assert all(field.metadata["help"] for field in fields(page))


def test_every_template_belongs_to_a_page():
    of_pages = {page.template for page in PAGES} | {"facets_of.html"}
    shared = {"base.html", "macros.html", "map.html"}
    assert set(environment().list_templates()) == of_pages | shared
    assert site.install


def test_every_module_with_routes_is_a_page_of_the_site():
    modules = [
        importlib.import_module(f"{pages.__name__}.{entry.name}")
        for entry in pkgutil.iter_modules(pages.__path__)
    ]
    routed = {module.__name__ for module in modules if hasattr(module, "router")}
    assert routed == {module.__name__ for module in site.PAGES}


def test_every_tab_leads_to_a_page_that_is_looked_at_in_a_browser():
    session = "/engagements/{engagement}/sessions/{session}"
    routes = {route.path for page in site.PAGES for route in page.router.routes}
    opened = {re.sub(r"^.*/s\d+/?|\?.*", "", url) for url in test_every_page.PAGES.values()}
    for path, name in SESSION_PAGES:
        assert f"{session}/{path}".rstrip("/") in routes, name
        assert path in opened, name


def test_bundles_of_others_have_their_licence_and_version_recorded():
    vendor = STATIC / "vendor"
    recorded = vendor.joinpath("README.md").read_text()
    for file in vendor.iterdir():
        assert file.name == "README.md" or f"`{file.name}`" in recorded, file.name
    assert len(re.findall(r"\| \d+\.\d+\.\d+ \|", recorded)) == 4


def test_the_plan_shows_what_was_set_with_the_first_reasons_why_it_cannot_hold():
    at = datetime(2026, 1, 1, tzinfo=UTC)
    pin = Constraint(4, "pin", ("a", "1"), None, "ann", at)
    removed = {"constraint": 2, "sentence": "Frozen: b (set by ann)", "message": "b is gone"}
    conflicts = [removed, *({"constraint": 4, "sentence": "", "message": str(n)} for n in range(5))]
    planned = plan.build(SESSION, constraints=[pin], conflicts=conflicts)
    assert planned.limits == [
        plan.Limit("Frozen: b (set by ann)", ["b is gone"], 0),
        plan.Limit("Pinned: a to wave 1 (set by ann)", ["0", "1", "2"], 2, 4),
    ]


STOPPED = SessionState.model_construct(status="cancelled", error=None)


def page_that_waits(pending: Pending) -> str:
    """The page of a plan that is not there yet."""
    return render(plan.build(SESSION, pending=pending))


def test_a_page_of_a_stopped_session_says_so_and_offers_an_editor_the_run():
    waits = frame.pending(SESSION, STOPPED, "migration_plan")
    resume = Outdated([], "Resume", "/run-it", "discovery run", None)
    offered = page_that_waits(replace(waits, form="token", mending=resume))
    for page in (page_that_waits(waits), offered):
        assert "The run was stopped before this was ready" in page
        assert "“Plan groups and waves”" in page
    assert re.search(r'action="/run-it".*value="token".*Resume', offered)
    assert "/run-it" not in page_that_waits(waits), "who only looks has no button"


def test_a_page_whose_run_was_asked_for_says_by_whom_in_place_of_the_button():
    asked = RunRequest(SESSION, 1, "Bo Ek", datetime(2026, 1, 1, tzinfo=UTC))
    resume = Outdated([], "Resume", "/run-it", "discovery run", asked)
    waits = frame.pending(SESSION, STOPPED, "migration_plan")
    page = page_that_waits(replace(waits, form="token", mending=resume))
    assert "Bo Ek asked for a run" in page
    assert "/run-it" not in page


def test_a_command_on_a_page_that_waits_is_shown_as_one():
    never_run = SessionState.model_construct(status="waiting", error=None)
    page = page_that_waits(frame.pending(SESSION, never_run, "migration_plan"))
    assert "<code>discovery run</code>" in page
