from discovery_dagster.cli.logs import rotate


def test_a_log_is_rotated_in_place_while_its_writer_appends(tmp_path):
    log = tmp_path / "service.log"
    with log.open("a") as writer:
        for number in range(4):
            print(f"part {number}", file=writer, flush=True)
            rotate(log, most_bytes=3, kept=2)
        print("after", file=writer, flush=True)
    assert log.read_text() == "after\n"
    assert (tmp_path / "service.log.1").read_text() == "part 3\n"
    assert (tmp_path / "service.log.2").read_text() == "part 2\n"
    assert len(list(tmp_path.iterdir())) == 3


def test_a_log_below_its_size_or_none_at_all_is_left_alone(tmp_path):
    log = tmp_path / "service.log"
    rotate(log, most_bytes=3, kept=2)
    log.write_text("ab\n")
    rotate(log, most_bytes=3, kept=2)
    assert log.read_text() == "ab\n"
    assert len(list(tmp_path.iterdir())) == 1


def test_without_older_logs_a_log_is_only_emptied(tmp_path):
    log = tmp_path / "service.log"
    log.write_text("long\n")
    rotate(log, most_bytes=3, kept=0)
    assert [path.name for path in tmp_path.iterdir()] == ["service.log"]
    assert log.read_text() == ""
