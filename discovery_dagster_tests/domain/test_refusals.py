"""A file without a table is refused in a sentence that says what it is."""

import pytest

from discovery_dagster.domain import intake
from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.refusals import describe_refused


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<html><body><table><tr><td>a", "a page of HTML"),
        ("<!DOCTYPE html>\n<p>", "a page of HTML"),
        ('<?xml version="1.0"?>\n<nmaprun scanner="nmap">', "a scan of nmap"),
        ('<?xml version="1.0"?>\n<NessusClientData_v2>', "a report of Nessus"),
        ('<?xml version="1.0"?>\n<!-- x -->\n<estate:things>', "outermost element is <things>"),
        ("[web]\nweb-01 ansible_host=10.0.0.1\n", "an inventory of Ansible"),
        ("# hosts\n[web]\nweb-01\n", "a configuration in sections"),
        ("%PDF-1.7\n", "a PDF"),
        ("#!/bin/sh\nls\n", "a script"),
    ],
)
def test_the_sentence_says_what_the_file_is_and_what_to_do(text, says):
    sentence = describe_refused("export.xls", text)
    assert says in sentence
    assert sentence.startswith("export.xls is ")
    assert sentence.endswith(".")


@pytest.mark.parametrize("text", ["", "Name,OS\nweb,RHEL\n", "some words", '{"a": 1}'])
def test_of_other_texts_nothing_is_claimed(text):
    assert describe_refused("a.csv", text) is None


def test_the_refusal_of_a_file_carries_the_sentence(tmp_path):
    path = tmp_path / "report.xls"
    path.write_text("<html><body><table><tr><td>Name</td></tr></table></body></html>")
    with pytest.raises(UnreadableFileError) as refused:
        intake.read_tables(path, "report.xls")
    assert "a page of HTML" in refused.value.message


def test_a_drawing_is_no_table_though_it_holds_lists(tmp_path):
    path = tmp_path / "network.drawio"
    path.write_text(
        '<mxfile host="app.diagrams.net"><diagram name="1"><mxGraphModel><root>'
        '<mxCell id="0"/><mxCell id="1" parent="0"/><mxCell id="2" value="web" parent="1"/>'
        "</root></mxGraphModel></diagram></mxfile>"
    )
    with pytest.raises(UnreadableFileError) as refused:
        intake.read_tables(path, "network.drawio")
    assert "a drawing of draw.io" in refused.value.message


def test_a_list_that_nobody_understands_is_a_table_all_the_same(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("Kolor,Masa\nczerwony,12\nzielony,14\n")
    _, tables = intake.read_tables(path, "list.csv")
    assert [known.name for _, known in tables] == ["unrecognised"]


def test_an_element_without_end_is_named_in_a_sentence():
    message = describe_refused("a.xml", f"<{'gra' * 1_000}>")
    assert message is not None
    assert message.endswith(".")
    assert len(message) < 200
