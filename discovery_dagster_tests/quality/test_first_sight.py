"""Public files at first sight: what came of a file beside what its label says."""

from dataclasses import replace

from quality.first_sight import print_sight
from quality.sight_labels import KEPT_BACK, USED, Label, read_labels
from quality.sight_looking import look

LABEL = Label(
    file="list/acme-servers.csv", kind="list", batch=2, table=True, asks=False,
    things=["web01", "db01"],
    count=2, beside=0, types={"db01": frozenset({"database"})}, type=None,
    columns={"Name": frozenset({"name"}), "Owner": frozenset({"business_owner"})}, fields=[],
    also=frozenset(), edges=frozenset(),
)  # fmt: skip


def test_each_label_is_of_one_half():
    labels = read_labels()
    assert len({label.file for label in labels}) == len(labels)
    assert {label.half for label in labels} == {USED, KEPT_BACK}


def test_what_is_missing_wrong_or_no_thing_is_counted_and_said(tmp_path):
    path = tmp_path / "servers.csv"
    path.write_text(
        "Name,IP Address,Operating System\nweb01,10.0.0.1,Debian 12\nold,10.0.0.2,AIX\n"
    )
    sight = look(path, LABEL)
    assert (sight.mapped, sight.mappable) == (1, 2)
    assert (sight.accepted_right, sight.accepted) == (1, 3)
    assert (sight.things_found, sight.things, sight.assets_of_things, sight.assets) == (1, 2, 1, 2)
    assert "missing: db01" in sight.faults


def test_a_refused_table_has_everything_missing(tmp_path):
    path = tmp_path / "servers.csv"
    path.write_text("no table at all\n")
    sight = look(path, replace(LABEL, asks=True))
    assert sight.refused
    assert (sight.mapped, sight.mappable, sight.things_found) == (0, 2, 0)


def test_figures_of_several_batches_are_printed_for_each(tmp_path, capsys):
    labels = {label.batch: label for label in read_labels() if label.file.endswith(".csv")}
    for label in (labels[1], labels[5]):
        path = tmp_path / label.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Name,IP Address\nweb01,10.0.0.1\n")
        print_sight(tmp_path, kinds=False)
    alone, both = capsys.readouterr().out.split("## First sight, used")[1:]
    assert "## Batch" not in alone
    assert f"## Batch 1, {labels[1].half}: 1 files" in both
    assert f"## Batch 5, {labels[5].half}: 1 files" in both
