"""What is reached from an asset body, in small packages of one step."""

import pytest

from discovery_dagster.versions import versions_of
from discovery_dagster.versions.mentions import UnknownReachError

ASSETS = """
from project.domain import rules
from project.domain.naming import fold
from project.store import rows

@step_asset("plan", "kind")
def plan(context, fold_count, other):
    return rules.judge(fold(context)), rows.read(), other

@step_asset("other")
def other(context):
    return rules.unrelated(context)
"""
FILES = {
    "defs/assets.py": ASSETS,
    "defs/session.py": "def claim():\n    return 1\n",
    "domain/rules.py": """
from functools import cache
from project import reference
from project.domain import helpers as aid

LIMIT = 3

def judge(text):
    return [aid.shorten(each, LIMIT) for each in _words() if each != text], COLUMN

def unrelated(LIMIT):
    return LIMIT

@cache
def _words():
    return reference.load("words"), reference.load_folder("kinds")

COLUMN = aid.column(size=3, doc="Size of the limit.")
""",
    "domain/helpers.py": """
def shorten(text, limit):
    return text[:limit]

def lengthen(text):
    return text * 2

def column(size, doc):
    return size
""",
    "domain/naming.py": "from project.domain.texts import fold\n__all__ = ['fold']\n",
    "domain/texts.py": "class Base:\n    size = 1\n\nclass fold(Base):\n    pass\n",
    "domain/formats/__init__.py": "",
    "domain/formats/first.py": "FORMATS = 1\n",
    "store/rows.py": """
from project.store.database import connect
QUERY = "select 1"

def read():
    return connect(QUERY)
""",
    "store/database.py": "def connect(query):\n    return query\n",
    "reference/words.yaml": "- one\n- two\n",
    "reference/kinds/first.yaml": "a: 1\n---\na: 2\n",
    "reference/ports.csv": "# ports\nport,name\n22,ssh\n",
}


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project"
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def changed(project, name, old, new):
    """The steps whose version changes when `old` becomes `new` in a file."""
    before = versions_of(project)
    text = (project / name).read_text("utf-8")
    assert old in text
    (project / name).write_text(text.replace(old, new), "utf-8")
    after = versions_of(project)
    return {key for key in before if before[key] != after[key]}


@pytest.mark.parametrize(
    ("what", "name", "old", "new", "steps"),
    [
        ("the body itself", "defs/assets.py", "fold(context)", "fold(None)", {"plan"}),
        ("a function that it calls", "domain/rules.py", "each != text", "True", {"plan"}),
        ("a constant of a function", "domain/rules.py", "LIMIT = 3", "LIMIT = 4", {"plan"}),
        ("a function of another name there", "domain/helpers.py", "[:limit]", "[limit:]", {"plan"}),
        ("a base class behind a re-export", "domain/texts.py", "size = 1", "size = 2", {"plan"}),
        ("a query", "store/rows.py", "select 1", "select 2", {"plan"}),
        ("a word of a reference file", "reference/words.yaml", "two", "three", {"plan"}),
        ("the order of rules", "reference/words.yaml", "- one\n- two", "- two\n- one", {"plan"}),
        ("a word of a file in a folder", "reference/kinds/first.yaml", "a: 2", "a: 3", {"plan"}),
        ("a comment of a reference file", "reference/words.yaml", "two", "two # or so", set()),
        ("a file that nobody loads", "reference/ports.csv", "22", "23", set()),
        ("a function that nobody calls", "domain/helpers.py", "* 2", "* 3", set()),
        ("the body of another step", "domain/rules.py", "return LIMIT", "return 1", {"other"}),
        ("what carries the data", "store/database.py", "return query", "return [query]", set()),
        ("what runs the step", "defs/session.py", "return 1", "return 2", set()),
        ("what Dagster is told", "defs/assets.py", '"kind"', '"kinds"', set()),
        ("a comment", "domain/helpers.py", "* 2", "* 2  # twice", set()),
        ("what a column means", "domain/rules.py", "of the limit", "of a limit", set()),
        ("what a column holds", "domain/rules.py", "size=3", "size=4", {"plan"}),
        ("a docstring", "domain/helpers.py", "limit):", 'limit):\n    """Cut."""', set()),
    ],
)
def test_a_version_changes_with_what_is_reached(project, what, name, old, new, steps):
    assert changed(project, name, old, new) == steps, what


def test_modules_that_are_found_by_looking_into_a_package_are_reached(project):
    (project / "domain/formats/__init__.py").write_text(
        "import importlib\n\ndef known():\n    return importlib.import_module(f'{__name__}.x')\n"
    )
    asset = "from project.domain.formats import known\n@step_asset('a')\ndef a():\n    known()\n"
    (project / "defs/assets.py").write_text(asset)
    assert changed(project, "domain/formats/first.py", "1", "2") == {"a"}
    before = versions_of(project)
    (project / "domain/formats/second.py").write_text("FORMATS = 2\n")
    assert versions_of(project) != before


def test_a_file_that_is_new_in_a_folder_of_reference_files_is_reached(project):
    before = versions_of(project)
    (project / "reference/kinds/second.yaml").write_text("a: 1\n")
    after = versions_of(project)
    assert {key for key in before if before[key] != after[key]} == {"plan"}


def test_a_module_that_is_handed_on_is_reached_as_a_whole(project):
    asset = "from project.domain import helpers\n@step_asset('a')\ndef a():\n    go(helpers)\n"
    (project / "defs/assets.py").write_text(asset)
    assert changed(project, "domain/helpers.py", "* 2", "* 3") == {"a"}


def test_a_statement_that_runs_on_import_is_reached_with_its_module(project):
    assert changed(project, "domain/helpers.py", "def lengthen", "print()\n\ndef lengthen") == {
        "plan"
    }


@pytest.mark.parametrize(
    "code",
    [
        "reference.load(text)",
        "reference.load(f'{text}s')",
        "map(reference.load, text)",
        "reference.ROOT / text",
        "reference.ROOT.joinpath(text)",
        "eval(text)",
    ],
)
def test_code_that_does_not_say_what_it_loads_is_refused_with_its_place(project, code):
    rules = project / "domain/rules.py"
    rules.write_text(FILES["domain/rules.py"].replace("each != text", code), "utf-8")
    with pytest.raises(UnknownReachError, match=r"project\.domain\.rules, line 9"):
        versions_of(project)
