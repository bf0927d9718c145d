"""Another account of the machine reads nothing of a home."""

import os
import stat
import subprocess
import sys

import pytest

from discovery_dagster.store.private_files import make_home, open_to_others
from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.installation import PROJECT

_MAKE = """
import sys
from pathlib import Path
from discovery_dagster.store.private_files import keep_files_private, make_home
keep_files_private()
home = Path(sys.argv[1])
make_home(home)
(home / "logs").mkdir()
(home / "logs" / "api.log").write_text("cells")
(home / "signing.key").write_text("key")
"""


def made(home):
    subprocess.run([sys.executable, "-c", _MAKE, home], check=True, cwd=PROJECT)
    return home


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another account")
@pytest.mark.parametrize("place", ["", "logs", "logs/api.log", "signing.key"])
def test_another_account_reads_nothing(place):
    with open_folder() as folder:
        home = made(folder / "new" / "home")
        command = ["ls" if place in ("", "logs") else "cat", home / place]
        done = subprocess.run(command, user="nobody", capture_output=True, check=False)
        assert done.returncode != 0
        assert b"Permission denied" in done.stderr
        ours = subprocess.run(command, capture_output=True, check=False)
        assert ours.returncode == 0


def test_a_new_home_has_nothing_that_others_may_read(tmp_path):
    home = made(tmp_path / "home")
    assert list(open_to_others(home)) == []
    assert stat.S_IMODE(home.stat().st_mode) == (0o711 if os.geteuid() == 0 else 0o700)


def test_what_an_older_home_leaves_open_is_named(tmp_path):
    home = made(tmp_path / "home")
    home.chmod(0o711)
    (home / "logs").chmod(0o755)
    assert list(open_to_others(home)) == [home / "logs"]
    home.chmod(0o755)
    assert list(open_to_others(home)) == [home]
    home.chmod(0o700)
    assert list(open_to_others(home)) == []


def test_a_home_that_exists_keeps_its_rights(tmp_path):
    tmp_path.chmod(0o750)
    make_home(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o750
