"""Whatever the address of a page asks for, the page answers: never with a fault of its own."""

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from urllib.parse import parse_qsl, quote, urlsplit

import httpx
import pytest
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from discovery_dagster.domain.roles import Role
from discovery_dagster.pages import site
from discovery_dagster_tests.searching import examples
from discovery_dagster_tests.serving import Served

pytestmark = pytest.mark.usefixtures("later")

SESSION = "/engagements/north.exit/sessions/s001"

#: Pages whose links hold what a person can ask for: filters, orders, cursors of this session.
LINKING = (
    "/quality", "/assets", "/assets?sort=-memory_gb", "/dependencies", "/plan",
    "/dependencies?application=ERP+Zentral", "/dependencies?status=observed_only",
)  # fmt: skip

NONSENSE = (
    "", " ", "0", "-1", "65536", "1e9", "1.5", "9" * 30, "NaN", "true", "null", "none", "[]", "{}",
    "'", '"', "%", "_", "\\", "\x00", "a\x00b", "\u202e", "😀", "a" * 600, "../..", "=1+1",
    "<script>", "s001", "s002", "s999", "00000000-0000-0000-0000-000000000000", "asset.not_seen",
)  # fmt: skip


def routes() -> list[APIRoute]:
    """The pages that are read, each with its path and parameters."""
    return [
        route
        for page in site.PAGES
        for route in page.router.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ())
    ]


ROUTES = routes()


def parameters(route: APIRoute) -> dict[str, str]:
    """What the query of a page knows: names, and how the value of each is validated."""
    kinds = {}
    for field in route.dependant.query_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            kinds |= {name: repr(one) for name, one in kind.model_fields.items()}
        else:
            kinds[field.alias] = repr(field.field_info)
    return kinds


@pytest.fixture(scope="module")
def visitor(server: Served) -> Iterator[httpx.Client]:
    """An operator of the client `north`, who may ask for all that a viewer may, and more."""
    token = server.token("north", role=Role.OPERATOR, name="Ann Li")
    with httpx.Client(base_url=server.url, timeout=30) as client:
        client.post("/sign-in", data={"token": token})
        yield client


@pytest.fixture(scope="module")
def known(visitor: httpx.Client) -> dict[str, Sequence[str]]:
    """What the pages' own links ask for, by parameter; and `asset`, ids of the inventory."""
    values: dict[str, set[str]] = {"asset": set()}
    for page in LINKING:
        text = visitor.get(SESSION + page).raise_for_status().text
        for link in re.findall(r'href="([^"]+)"', text):
            address = urlsplit(unescape(link))
            for name, value in parse_qsl(address.query):
                values.setdefault(name, set()).add(value)
            values["asset"].update(re.findall(r"/assets/([0-9a-f-]{36})$", address.path))
    assert len(values["asset"]) > 20 and values["cursor"], "the pages link to what they show"
    return {name: sorted(some) for name, some in values.items()}


def address(route: APIRoute, asset: str) -> str:
    """The page as `route` has it, of a session and an asset that are there."""
    names = {"engagement": "north.exit", "session": "s001", "asset": asset, "number": "1"}
    return re.sub(r"{(\w+)}", lambda name: quote(names[name[1]], safe=""), route.path)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_a_page_takes_any_value_of_each_parameter(
    visitor: httpx.Client, known: dict[str, Sequence[str]], route: APIRoute
):
    path = address(route, known["asset"][0])
    names = parameters(route)
    cases = [(path, {name: [value]}) for name in names for value in known.get(name, ())[:5]]
    # Parameters that are validated alike take the same values: one of each kind stands for all.
    alike = {kind: name for name, kind in names.items()}
    cases += [(path, {name: [value]}) for name in alike.values() for value in NONSENSE]
    # What no page knows is looked at by none, so that one question has all of it.
    cases += [(path, {"colour": NONSENSE}), (path, {})]
    if "{asset}" in route.path:
        cases += [(address(route, value), {}) for value in NONSENSE]

    def status(question: tuple[str, dict[str, Sequence[str]]]) -> int:
        return visitor.get(question[0], params=question[1]).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(status, cases))
    faults = [(*one, status) for one, status in zip(cases, statuses, strict=True) if status >= 500]
    assert faults == []
    answers = 200 in statuses or "sign-in" in route.path or route.path == "/"
    # A preview needs a limit and a plan; a look before an import, and an upload, sent files.
    of_files = route.path.endswith(("/import/{number}", "/uploads/{number}"))
    assert answers or route.name == "preview" or of_files


@pytest.mark.parametrize("route", [*filter(parameters, ROUTES)], ids=lambda route: route.path)
@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_page_takes_any_question(
    visitor: httpx.Client,
    known: dict[str, Sequence[str]],
    route: APIRoute,
    data: st.DataObject,
):
    anything = st.sampled_from(NONSENSE) | st.text(max_size=30)
    anything |= st.sampled_from([value for values in known.values() for value in values])

    def value(name: str) -> str:
        return data.draw(st.sampled_from(known[name]) | anything if name in known else anything)

    names = data.draw(st.lists(st.sampled_from([*parameters(route), "colour"]), max_size=6))
    query = [(name, value(name)) for name in names]
    answer = visitor.get(address(route, value("asset")), params=query)
    assert answer.status_code < 500, (query, answer.text)
