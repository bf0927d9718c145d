"""Words of a closed vocabulary are its members in the code, so that none can be misspelt."""

import pytest

from discovery_dagster.domain.tables.vocabularies import vocabulary
from discovery_dagster.domain.tables.words import KNOWN_WORDS
from discovery_dagster.versions import INSTALLED
from discovery_dagster_tests.bare_words import bare_words, words_by_column

#: Folders whose words are data, or history.
DATA = {
    "domain/formats/": "a format is a declaration, as people teach in YAML",
    "domain/tables/words.py": "here they are declared",
    "store/migrations/": "what a migration did stays as it was",
}

_EXAMPLE = "an example in the API's document, which shows what a client reads"
_LITERAL = "of a `Literal`, whose words the type checker knows"
_BELOW = "below the catalogue of tables, which it must not import"
_COLUMN = "names of columns, too"
_OTHER = "the same text, of something else: "

#: Bare words that stay, by module and word.
ALLOWED = {
    ("api/routes/assets.py", "database"): _EXAMPLE,
    ("api/routes/dependencies.py", "confirmed"): _EXAMPLE,
    ("api/routes/dependencies.py", "depends_on"): _EXAMPLE,
    ("api/routes/plan.py", "appeared"): _EXAMPLE,
    ("cli/backfill.py", "waiting"): _LITERAL,
    ("cli/doctor.py", "warning"): _LITERAL,
    ("cli/follow.py", "waiting"): _LITERAL,
    ("cli/present.py", "waiting"): _OTHER + "a word that people read",
    ("domain/applications/listing.py", "proposed"): _OTHER + "status of a membership",
    ("domain/classification/vocabulary.py", "nothing"): _OTHER + "a code of the rationale",
    ("domain/decisions/constraints.py", "plan"): _OTHER + "a kind of decision",
    ("domain/decisions/identity.py", "person"): _OTHER + "the form of an identifier",
    ("domain/decisions/override_lines.py", "asset"): _OTHER + "a column of the file",
    ("domain/decisions/overrides.py", "source"): _OTHER + "what the sources said",
    ("domain/decisions/scenarios.py", "plan"): _OTHER + "a kind of decision",
    ("domain/dependencies/__init__.py", "declared"): _COLUMN,
    ("domain/dependencies/__init__.py", "inferred"): _COLUMN,
    ("domain/dependencies/__init__.py", "observed"): _COLUMN,
    ("domain/dictionary/fields.py", "nothing"): _OTHER + "what a word means that says nothing",
    ("domain/dictionary/fields.py", "relation"): _OTHER + "a field of dictionaries",
    ("domain/fields.py", "ignored"): _OTHER + "what a column means",
    ("domain/identity/explanation.py", "unknown"): _OTHER + "a word that people read",
    ("domain/planning/coverage.py", "declared"): _COLUMN,
    ("domain/planning/coverage.py", "inferred"): _COLUMN,
    ("domain/planning/coverage.py", "observed"): _COLUMN,
    ("domain/proposals/masking.py", "person"): _OTHER + "what is masked",
    ("domain/readers/graph_tables.py", "relation"): _OTHER + "a column",
    ("domain/readers/graph_tables.py", "source"): _OTHER + "a column",
    ("domain/readers/graph_tables.py", "target"): _OTHER + "a column",
    ("domain/source_tables.py", "ignored"): _BELOW,
    ("domain/source_tables.py", "rejected"): _BELOW,
    ("domain/state.py", "model"): _OTHER + "an input of a publication",
    ("domain/state.py", "waiting"): _LITERAL,
    ("domain/teaching/checking.py", "detail"): _LITERAL,
    ("domain/teaching/checking.py", "flow"): _LITERAL,
    ("domain/teaching/checking.py", "nothing"): _LITERAL,
    ("domain/teaching/checking.py", "observation"): _LITERAL,
    ("domain/teaching/checking.py", "relation"): _LITERAL,
    ("domain/teaching/checking.py", "span"): _LITERAL,
    ("domain/teaching/checking.py", "thing"): _LITERAL,
    ("domain/teaching/declaring.py", "flow"): _LITERAL,
    ("domain/teaching/declaring.py", "relation"): _LITERAL,
    ("store/decisions/comments.py", "asset"): _OTHER + "what a comment is on",
    ("store/database.py", "database"): _OTHER + "the code of an error",
    ("store/decisions/log.py", "asset"): _OTHER + "a kind of decision",
}


def test_words_of_closed_vocabularies_are_members():
    unexpected = {
        (word.module, word.word): word.line
        for word in bare_words(INSTALLED, words_by_column())
        if not word.module.startswith(tuple(DATA))
    }
    new = {
        f"{module}, line {unexpected[module, word]}: {word}"
        for module, word in unexpected.keys() - ALLOWED
    }
    assert new == set(), "use the member of domain/tables/words.py"
    assert ALLOWED.keys() - unexpected.keys() == set(), "no longer there: take it out of ALLOWED"


@pytest.mark.parametrize("words", KNOWN_WORDS)
def test_words_of_the_data_that_the_code_knows_are_those_of_the_data(words):
    assert [word.value for word in KNOWN_WORDS[words]] == list(vocabulary(words))


@pytest.mark.parametrize(
    "line",
    [
        'x = pl.col("status") == "accepted"',
        'x = row["severity"] != "error"',
        "x = claim.method in ('values', 'words')",
        'x = pl.col("relation").is_in(["runs_on", "member_of"])',
        'x = {"severity": "warning"}',
        'x = frame.with_columns(severity=pl.lit("error"))',
        'x = frame.with_columns(pl.when("a").then(pl.lit("rejected")).alias("outcome"))',
        'x = frame.with_columns(pl.col("change").fill_null("not_seen"))',
        'ENDED = "ended"',
        'MACHINES = frozenset({"server", "virtual_machine"})',
    ],
)
def test_a_word_that_is_a_value_is_found(tmp_path, line):
    (tmp_path / "module.py").write_text(line)
    assert list(bare_words(tmp_path, words_by_column()))


@pytest.mark.parametrize(
    "line",
    [
        'x = frame.select("source", "target")',
        'x = frame.join(other, on="target")',
        'x = row["relation"]',
        'x = "relation" in frame.columns',
        'x = frame.rename({"relation": "phrase"})',
        'x = local == "edge"',
        'SIDES = ("source", "target")',
    ],
)
def test_the_name_of_a_column_is_no_word(tmp_path, line):
    (tmp_path / "module.py").write_text(line)
    assert not list(bare_words(tmp_path, words_by_column()))
