"""What a language model is not shown, and what it still is."""

import re
import string
import time
from ipaddress import IPv4Address, IPv6Address, ip_network
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discovery_dagster import reference
from discovery_dagster.domain.proposals.masking import mask, mask_facts

#: Texts, and what is left of each.
MASKED = {
    "jane.roe@corp.example": "<mail>",
    "ask (Jane.Roe+it@mail.corp.example)": "ask (<mail>)",
    "jane.roe [at] corp [dot] example": "<mail>",
    "jane.roe%40corp.example": "<mail>",
    '"Jane Roe"@corp.example': "<mail>",
    "ssh root@edge07": "ssh <account>@edge07",
    "https://jroe:geheim@git01.corp.example/x": "https://<account>:***@git01.corp.example/x",
    r"D:\Users\jroe\Desktop": r"D:\Users\<account>\Desktop",
    "S-1-5-21-3623811015-3361044348-30300820-1013": "<account>",
    "+49 (0)89 5551-2345": "<phone>",
    "0044 20 7946 0958": "<phone>",
    "089/5551234": "<phone>",
    "01 42 68 53 00": "<phone>",
    "(415) 555-2671": "<phone>",
    "415.555.2671": "<phone>",
    "1-800-555-0199": "<phone>",
    "Durchwahl 4711": "Durchwahl <phone>",
    "612 34 56 78": "<phone>",
    "172.16.4.9:8443": "<ipv4>:8443",
    "10.20.0.0/16": "<ipv4>",
    "010.020.003.004": "<ipv4>",
    "10.20.30.x": "<ipv4>",
    "ip-172-16-4-9.internal": "ip-<ipv4>.internal",
    "[2001:db8::8a2e:370:7334]:443": "[<ipv6>]:443",
    "fe80::1ff:fe23:4567:890a%eth2/64": "<ipv6>",
    "::ffff:192.0.2.128": "<ipv6>",
    "at fd00::7: down": "at <ipv6> down",
    "00-1B-44-11-3A-B7": "<mac>",
    "001b.4411.3ab7": "<mac>",
    "WWPN 50:01:43:80:12:34:56:78": "WWPN <mac>",
    "{123E4567-E89B-12D3-A456-426614174000}": "<uuid>",
    "VMware-56 4d 1a 2b 3c 4d 5e 6f-70 81 92 a3 b4 c5 d6 e7": "VMware-<uuid>",
    "MXQ70412LK": "<serial: AAA99999AA>",
    "S/N: 4hq2z": "S/N: <serial: 9aa9a>",
    "Service Tag 8FJ2K13": "Service Tag <serial: 9AA9A99>",
    "AB123456": "<serial: AA999999>",
    "d41d8cd98f00b204e9800998ecf8427e": "<key>",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a": "<key>",
    "-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----": "<key>",
    "Server=db2;Password=Sommer.23;": "Server=db2;Password=***;",
    "4929 1234 5678 9012": "<number: 9999-9999-9999-9999>",
    "078-05-1120": "<number: 999-99-9999>",
    "DE44 5001 0517 5407 3249 31": "<number: AA99-9999-9999-9999-9999…>",
    "build 20328353": "build <number: 99999999>",
    "Kontakt: Roe, Jane; Standort Ulm": "Kontakt: <person: Aaa--Aaaa>; Standort Ulm",
    "owner=jroe": "owner=<person: aaaa>",
    "installed by Jane van Roe in 2021": "installed by <person: Aaaa-aaa-Aaa> in 2021",
    "Frau Roe": "Frau <person: Aaa>",
    "Jane Roe <jane@corp.example>": "<person: Aaaa-Aaa> <<mail>>",
    "CN=Jane Roe,OU=IT,DC=corp": "CN=<person: Aaaa-Aaa>,OU=IT,DC=corp",
}

#: What is asked about, and what only looks like something else.
SHOWN = [
    "edge07.muc.corp.example", "SAPPRD0012", "DEMUC2APP03", "prod-app-server-frontend-01-eu-west",
    "win-2k19-dc01", "payments-7d9f8b6c5d-x2x4z", "Fra-Web01-Prod-Db01-X", r"SQLPRD01\FINANCE",
    r"\\filer02\home$", "WIN2019DC01", "Standard_D4s_v3", "n2-highmem-8",
    "Windows Server 2019 Standard", "Red Hat Enterprise Linux 8.6 (Ootpa)", "10.0.19045.3803",
    "v9.5.3.1", "SLES 15 SP4", "AIX 7200-05-03", "ESXi 7.0.3", "CVE-2024-3094", "BIG-IP i4800",
    "PowerEdge R740XD", "Catalyst 9300-48P", "PA-3220", "ASR1001X", "PowerStore 500T",
    "Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz", "MicrosoftSqlServerReportingServices",
    "2024-01-31 12:00:00", "31.01.2024", "01/02/2024 10:15", "0.123456789", "64 GB", "99.95 %",
    "std::string", "Depends on::Used by", "8080, 443 and 22", "Contact Center Server", "user=",
]  # fmt: skip


@pytest.mark.parametrize("text", MASKED)
def test_what_identifies_somebody_or_something_goes_as_its_kind(text):
    assert mask(text) == MASKED[text]
    assert mask(mask(text)) == mask(text)


@pytest.mark.parametrize("text", SHOWN)
def test_names_of_hosts_and_products_versions_and_dates_stay(text):
    assert mask(text) == text


def test_the_instructions_and_meanings_themselves_are_left_alone():
    for prompt in ("field_mapping.md", "classification.md"):
        text = reference.ROOT.joinpath("prompts", prompt).read_text("utf-8")
        assert mask(text) == text
    for meaning in reference.load("prompts/fields").values():
        assert mask(meaning) == meaning


#: Headers of columns, and the kind of their values.
HEADERS = {
    "person": [
        "Owner", "Created by", "ownedBy", "Kostenverantwortlicher", "Ansprechpartner IT",
        "Personne responsable", "Creado por", "Responsável", "Primary Contact", "E-Mail", "Phone",
        "SystemOwner", "last_modified_by", "Benutzername", "Requested By (User)",
    ],
    "serial": ["Serial No.", "S/N", "Seriennummer", "Asset Tag", "serviceTag", "WWPN"],
    "secret": ["Root Password", "API-Key", "Kennwort"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "header"), [(kind, header) for kind, headers in HEADERS.items() for header in headers]
)
def test_values_of_such_a_column_go_as_their_shape_whole(kind, header):
    samples = {"header": header, "samples": ["Roe", "x7"]}
    for facts, cells in (
        (samples, lambda facts: facts["samples"]),
        ({"custom": {header: "Roe"}}, lambda facts: [facts["custom"][header]]),
    ):
        masked = mask_facts(facts)
        assert all(re.match(f"<{kind}[:>]", cell) for cell in cells(masked))
        assert mask_facts(masked) == masked
    assert mask_facts(samples)["header"] == header


@pytest.mark.parametrize("header", ["Mail Server", "Contact Center", "User Count", "Rack"])
def test_values_of_other_columns_stay(header):
    assert mask_facts({"custom": {header: "edge07"}}) == {"custom": {header: "edge07"}}


def test_a_mail_address_among_its_values_makes_a_column_one_about_people():
    facts = {"header": "Zorblax", "samples": ["Jane Roe", "rick@corp.example"]}
    assert mask_facts(facts)["samples"] == ["<person: Aaaa-Aaa>", "<mail>"]


_WORDS = st.sampled_from(["edge07", "PowerEdge R740", "Oracle 19c", "backup of", "nightly;", "(x)"])
_DIGITS = st.text("23456789", min_size=3, max_size=4)
_LETTERS = st.text(string.ascii_lowercase, min_size=3, max_size=9)
_HEX = "0123456789abcdef"


def _macs(separator):
    pairs = st.lists(st.text(_HEX, min_size=2, max_size=2), min_size=6, max_size=6)
    return pairs.map(separator.join)


#: Personal and technical values of each kind, made up.
VALUES = {
    "mail": st.builds("{}.{}@{}.example".format, _LETTERS, _LETTERS, _LETTERS),
    "international phone": st.builds("+{} {} {}".format, st.integers(20, 99), _DIGITS, _DIGITS),
    "national phone": st.builds("0{}/{}{}".format, _DIGITS, _DIGITS, _DIGITS),
    "IPv4": st.integers(0, 2**32 - 1).map(IPv4Address).map(str),
    "IPv6": st.integers(2**120, 2**128 - 1).map(IPv6Address).map(str),
    "network": st.integers(0, 2**24 - 1).map(lambda n: str(ip_network((n << 8, 24)))),
    "MAC": st.sampled_from([":", "-"]).flatmap(_macs),
    "UUID": st.integers(0, 2**128 - 1).map(lambda n: str(UUID(int=n))),
    "serial": st.builds("{}{}{}".format, st.sampled_from(["CZJ", "MXQ", "FOC"]),
                        st.integers(30_000, 99_999), st.sampled_from(["LK", "7Z", "A1"])),
    "hash": st.text(_HEX, min_size=32, max_size=64).filter(lambda text: not text.isdigit()
                                                           and not text.isalpha()),
    "key": st.builds("{}{}".format, st.sampled_from(["AKIA", "ASIA"]),
                     st.text(string.ascii_uppercase + "234567", min_size=16, max_size=16)),
    "password": st.builds("password={}".format, st.text(string.ascii_letters, min_size=5)),
}  # fmt: skip


@pytest.mark.parametrize("kind", VALUES)
@given(data=st.data())
def test_nothing_is_left_of_a_value_wherever_it_stands(kind, data):
    value = data.draw(VALUES[kind])
    before, after = data.draw(_WORDS), data.draw(_WORDS)
    masked = mask(f"{before} {value} {after}")
    secret = value.removeprefix("password=")
    assert secret not in masked.removeprefix(before).removesuffix(after)
    assert masked.startswith(before)
    assert masked.endswith(after)
    assert mask(masked) == masked


@given(st.text())
def test_masking_again_changes_nothing(text):
    assert mask(mask(text)) == mask(text)


@pytest.mark.parametrize(
    "piece",
    ["a", "A", "1", "0 ", "a.", "a@", "a@a.", "1.", "1:", "ab:", "A1", "Ab ", "<", "=a", "a b="],
)
def test_no_cell_of_two_thousand_characters_takes_long(piece):
    began = time.process_time()
    mask((piece * 2_000)[:2_000])
    assert time.process_time() - began < 5.0  # seconds; a tenth where nothing else runs
