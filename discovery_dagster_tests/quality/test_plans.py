"""Groups of whole deliveries keep their ids."""

from pathlib import Path

import pytest

from quality.derive import derive
from scripts.deliveries.__main__ import deliver

pytestmark = pytest.mark.pipeline


def groups(files):
    planned = derive(files).plan.groups
    return set(planned.select("group", "name", "wave").iter_rows())


def test_groups_keep_ids_names_and_waves_when_files_have_other_names_and_another_order(tmp_path):
    deliver(tmp_path / "first", "en", 41, 30)
    files = sorted((tmp_path / "first").iterdir())
    again = tmp_path / "again"
    again.mkdir()
    renamed = [
        Path(again / f"export {number}{file.suffix}") for number, file in enumerate(reversed(files))
    ]
    for file, other in zip(reversed(files), renamed, strict=True):
        other.write_bytes(file.read_bytes())
    before = groups(files)
    assert len(before) > 5
    assert groups(renamed) == before
