"""What the words of a status say of a thing's life, in five languages."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discovery_dagster.domain.values.states import precedence, state_of
from discovery_dagster.domain.words import fold
from discovery_dagster.reference import load

STATES = load("states")["states"]


def state(cell):
    return state_of(pl.Series([cell], dtype=pl.String)).item()


@pytest.mark.parametrize(
    "cell",
    [
        "Retired", "7 - Retired", "retired (2023)", "Decommissioned 2024-03-01", "Stolen", "Absent",
        "In Stock", "in_stock", "Scrapped", "Disposed Of", "To be decommissioned",
        "No longer in use",       "planned for decommission", "außer Betrieb", "AUSSER BETRIEB",
        "Ausser Dienst",
        "Verschrottet",        "nicht mehr in Betrieb", "Auf Lager", "Stillgelegt",
        "Hors service", "Hors-Service",
        "Mis au rebut", "n'est plus en service", "Volé", "Fuera de servicio", "Dado de baja",
        "Robado",        "En almacén", "Desativado", "Fora de serviço", "Em estoque", "Roubado",
    ],
)  # fmt: skip
def test_what_is_gone_is_out_of_service_in_any_language(cell):
    assert state(cell) == "out_of_service"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("Not retired", None),
        ("nicht außer Betrieb", None),
        ("semiretired", None),
        ("stockholm", None),
        ("Planned maintenance", "out_of_order"),
        ("On order", "not_yet_in_service"),
        ("Pending Install", "not_yet_in_service"),
        ("Geplant", "not_yet_in_service"),
        ("Pas encore installé", "not_yet_in_service"),
        ("poweredOff", "powered_off"),
        ("PowerState/deallocated", "powered_off"),
        ("hors tension", "powered_off"),
        ("POWERED_ON", "powered_on"),
        ("In Betrieb", "in_service"),
        ("Non-Operational", "out_of_order"),
        ("Normal", "health"),
        (None, None),
    ],
)
def test_other_words_are_not_taken_for_it(cell, text):
    assert state(cell) == text


@given(st.sampled_from([w for s in STATES for ws in s.get("phrases", {}).values() for w in ws]),
       st.sampled_from(["{}", "3 - {}", "{} (CAB 4711)", "status: {}"]))  # fmt: skip
def test_a_phrase_says_its_state_whatever_stands_around_it(phrase, around):
    first = next(
        s["state"] for s in STATES for ws in s.get("phrases", {}).values()
        if fold(phrase) in map(fold, ws)
    )  # fmt: skip
    assert state(around.format(phrase.upper())) == first


def test_gone_outranks_off_and_off_outranks_health_and_a_word_nobody_knows_stands_between():
    by_rank = ["out_of_service", "not_yet_in_service", "powered_off", "in_service", None, "health"]
    ranks = precedence(pl.Series(by_rank, dtype=pl.String)).to_list()
    assert ranks == sorted(set(ranks))
