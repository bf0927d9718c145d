"""Models of architecture tools: elements and relationships, in one file or in two."""

import pytest

from discovery_dagster_tests.domain.families import derived_from, edges, outcomes, things

pytestmark = pytest.mark.pipeline

EXCHANGE = """<model xmlns="http://www.opengroup.org/xsd/archimate/3.0/"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" identifier="id-1"><elements>
<element identifier="id-11" xsi:type="ApplicationComponent"><name>Billing</name></element>
<element identifier="id-12" xsi:type="ApplicationComponent"><name>Ledger</name></element>
<element identifier="id-13" xsi:type="Node"><name>lnxpay01</name></element>
<element identifier="id-14" xsi:type="BusinessActor"><name>Clerk</name></element></elements>
<relationships><relationship identifier="id-21" source="id-12" target="id-11" xsi:type="Serving"/>
<relationship identifier="id-22" source="id-13" target="id-12" xsi:type="Assignment"/>
<relationship identifier="id-23" source="id-11" target="id-14" xsi:type="Serving"/>
</relationships></model>"""
ARCHI = """<archimate:model xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xmlns:archimate="http://www.archimatetool.com/archimate" name="x" id="id-0">
<folder name="Application" type="application">
<element xsi:type="archimate:ApplicationComponent" name="Billing" id="id-11"/>
<folder name="More"><element xsi:type="archimate:ApplicationComponent" name="Ledger" id="id-12"/>
</folder></folder><folder name="Technology">
<element xsi:type="archimate:Node" name="lnxpay01" id="id-13"/></folder>
<folder name="Business">
<element xsi:type="archimate:BusinessActor" name="Clerk" id="id-14"/></folder>
<folder name="Relations" type="relations">
<element xsi:type="archimate:ServingRelationship" id="id-21" source="id-12" target="id-11"/>
<element xsi:type="archimate:AssignmentRelationship" id="id-22" source="id-13" target="id-12"/>
<element xsi:type="archimate:ServingRelationship" id="id-23" source="id-11" target="id-14"/>
</folder></archimate:model>"""
NEEDS = {("Billing", "depends_on", "Ledger"), ("Ledger", "runs_on", "lnxpay01")}


@pytest.mark.parametrize("text", [EXCHANGE, ARCHI])
def test_archimates_words_say_who_needs_whom_and_which_elements_are_no_things(tmp_path, text):
    derived = derived_from(tmp_path, model_xml=text)
    assert edges(derived) == NEEDS
    types = things(derived, "type")
    assert types.keys() == {"Billing", "Ledger", "lnxpay01"}
    assert (types["Billing"], types["Ledger"]) == ("application", "application")
    assert outcomes(derived) == {"accepted": 5, "ignored": 2}


ELEMENTS = """"ID","Type","Name","Documentation","Specialization"
"id-11","ApplicationComponent","Billing","",""
"id-12","ApplicationComponent","Ledger","",""
"id-13","Node","lnxpay01","",""
"id-14","BusinessActor","Clerk","",""
"""
RELATIONS = """"ID","Type","Name","Documentation","Source","Target","Specialization"
"id-21","ServingRelationship","","","id-12","id-11",""
"id-22","AssignmentRelationship","","","id-13","id-12",""
"id-23","ServingRelationship","","","id-11","id-14",""
"id-24","AssociationRelationship","","","id-11","id-12",""
"""


def test_archis_two_tables_are_joined_by_their_ids_and_make_no_phantoms(tmp_path):
    derived = derived_from(tmp_path, elements_csv=ELEMENTS, relations_csv=RELATIONS)
    assert edges(derived) >= NEEDS
    assert set(derived.assets["name"]) == {"Billing", "Ledger", "lnxpay01"}


@pytest.mark.parametrize(
    ("key", "ends"),
    [
        ("_key", ("From", "To")),
        ("Reference", ("Source", "Target")),
        ("App Code", ("Consumer", "Provider")),
    ],
)
def test_ids_join_lists_whatever_their_columns_are_called(tmp_path, key, ends):
    derived = derived_from(
        tmp_path,
        apps_csv=f"{key},Name,Owner\nAPP-001,Billing,Ann\nAPP-002,Ledger,Bo\nAPP-003,Tax,Cy\n",
        flows_csv=f"{ends[0]},{ends[1]}\nAPP-001,APP-002\nAPP-003,APP-002\n",
    )
    assert edges(derived) == {
        ("Billing", "depends_on", "Ledger"),
        ("Tax", "depends_on", "Ledger"),
    }
    assert sorted(derived.assets["name"]) == ["Billing", "Ledger", "Tax"]


def test_relations_in_a_vocabulary_that_nobody_knows_have_no_direction(tmp_path):
    derived = derived_from(
        tmp_path, r_csv="ID,Type,Source,Target\n1,FooRelationship,Ledger,Billing\n"
        "2,BarRelationship,Tax,Billing\n",
    )  # fmt: skip
    assert edges(derived) == set()
    assert set(derived.records.issues["code"]) == {"unknown_relation"}


def test_edges_of_ids_alone_find_the_fact_sheets_and_keep_unknown_relations_open(tmp_path):
    derived = derived_from(
        tmp_path,
        sheets_csv="id,type,displayName\n5f-a1,Application,Hub\n5f-a2,Application,Tax\n"
        "5f-c1,ITComponent,Oracle 19c\n",
        relations_csv="relationId,fromId,toId,relationType\nr1,5f-a1,5f-a2,relToSuccessor\n"
        "r2,5f-a1,5f-c1,requires\n",
    )
    assert edges(derived) == {("Hub", "depends_on", "Oracle 19c")}
    assert sorted(derived.assets["name"]) == ["Hub", "Oracle 19c", "Tax"]
    assert outcomes(derived)["rejected"] == 1
