"""`detectd verify` and `detectd backup`, beside the real daemon and on what it has left."""

import threading
import time

import pytest
from daemon import Client
from database import edit
from model import CLEARED, IN_ALARM, count, count_behavior, create, ports, ports_behavior, put
from model import report
from test_violations import history


@pytest.fixture
def stopped(daemon_on, tmp_path):
    """The database of a daemon that was killed: a journal without a snapshot, and eight events."""
    daemon = daemon_on(tmp_path / "data").start()
    client = Client(daemon)
    create(client, "profile", ports_behavior(22))
    for number in range(1, 9):
        put(client, report("cam", number, listening_tcp_ports=ports(80 if number % 2 else 22)))
    daemon.kill()
    return tmp_path / "data" / "detect.db"


def test_what_a_kill_and_a_stop_leave_is_sound(detectd, daemon_on, stopped):
    result = detectd("verify", "--data-dir", stopped.parent)
    assert (result.returncode, result.stderr) == (0, "")
    assert "1 things, 8 of 8 events" in result.stdout
    daemon = daemon_on(stopped.parent).start()
    assert daemon.stop() == 0
    result = detectd("verify", "--data-dir", stopped.parent)
    assert result.returncode == 0
    assert "8 of 8 events, 0 groups" in result.stdout


def test_the_directory_may_come_from_the_environment(detectd, stopped, monkeypatch):
    monkeypatch.setenv("DETECTD_DATA_DIR", str(stopped.parent))
    assert detectd("verify").returncode == 0


def test_removed_events_are_accounted_for(detectd, daemon_on, tmp_path):
    options = ["--violation-event-retention", "1s"]
    daemon = daemon_on(tmp_path / "data", *options).start()
    client = Client(daemon)
    create(client, "profile", ports_behavior(22))
    for number in range(1, 9):
        put(client, report("cam", number, listening_tcp_ports=ports(80 if number % 2 else 22)))
    while history(client):
        time.sleep(0.1)
    put(client, report("cam", 9, listening_tcp_ports=ports(80)))
    daemon.kill()
    result = detectd("verify", "--data-dir", tmp_path / "data")
    assert result.returncode == 0, result.stderr
    assert "1 of 9 events" in result.stdout


FIRST = "violation_id = (SELECT min(violation_id) FROM violation_explanation)"
LAST_EVENT = "(SELECT max(sequence) FROM violation_event)"


@pytest.mark.parametrize(
    "statement, fault",
    [
        (f"DELETE FROM violation_event WHERE sequence = {LAST_EVENT}", "have been 8"),
        ("DELETE FROM violation_event WHERE sequence = 3", "7 violation events are kept"),
        ("UPDATE violation_event SET time = time + 1 WHERE sequence = 3", "event 3 is not where"),
        ("UPDATE violation_event SET thing = 'cat' WHERE sequence = 3", "event 3 is not where"),
        ("UPDATE violation_event SET checksum = 1 WHERE sequence = 3", "event 3 is damaged"),
        (f"UPDATE violation_explanation SET checksum = 1 WHERE {FIRST}", "explanation"),
        ("DELETE FROM journal WHERE position = 4", "group 4 is missing"),
        ("DELETE FROM journal WHERE position = (SELECT max(position) FROM journal)", "was acknowledged"),
        ("UPDATE violation_event_removal SET removed = 5", "5 were removed"),
    ],
)
def test_what_contradicts_itself_is_65(detectd, stopped, statement, fault):
    edit(stopped, statement)
    result = detectd("verify", "--data-dir", stopped.parent)
    assert result.returncode == 65
    assert fault in result.stderr
    assert result.stdout == ""


def test_a_broken_index_is_found(detectd, stopped):
    edit(
        stopped,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_schema SET sql = replace(sql, '(violation_id)', '(violation_id) WHERE 0')"
        " WHERE name = 'violation_event_by_violation'",
    )
    result = detectd("verify", "--data-dir", stopped.parent)
    assert result.returncode == 65
    assert "violation_event_by_violation" in result.stderr


def test_a_directory_in_use_is_75(detectd, daemon_on, tmp_path):
    daemon_on(tmp_path / "data").start()
    result = detectd("verify", "--data-dir", tmp_path / "data")
    assert result.returncode == 75
    assert "backup" in result.stderr


@pytest.mark.parametrize("command", [["verify"], ["backup", "--to", "copy"]])
def test_a_directory_without_a_database_is_73_and_stays_as_it_is(detectd, tmp_path, command):
    result = detectd(*command, "--data-dir", tmp_path, cwd=tmp_path)
    assert result.returncode == 73
    assert "No such file" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_backup_under_load_is_one_moment_of_the_store(detectd, daemon_on, tmp_path):
    daemon = daemon_on(tmp_path / "data", "--snapshot-journal-bytes", "20000").start()
    client = Client(daemon)
    create(client, "profile", count_behavior(10))
    done = threading.Event()
    acknowledged = []

    def load():
        number = 0
        while not done.is_set():
            number += 1
            connections = count(20 if number % 2 else 5)
            put(client, report("cam", number, num_established_tcp_connections=connections))
            acknowledged.append(number)

    loader = threading.Thread(target=load)
    loader.start()
    try:
        while len(acknowledged) < 50:
            time.sleep(0.01)
        counts = []
        for name in ["one", "two", "three"]:
            before = len(acknowledged)
            result = detectd("backup", "--data-dir", tmp_path / "data", "--to", tmp_path / name)
            assert result.returncode == 0, result.stderr
            counts.append((name, before, len(acknowledged)))
    finally:
        done.set()
        loader.join()
    events = history(client)[::-1]
    assert [event.sequence_number for event in events] == list(range(1, len(events) + 1))
    for name, before, after in counts:
        assert not (tmp_path / f"{name}.partial").exists()
        copy = Client(daemon_on(tmp_path / name).start())
        copied = history(copy)[::-1]
        assert before <= len(copied) <= after + 1
        assert copied == events[: len(copied)]
        # The copy is a store like any other.
        number = len(copied) + 1
        connections = count(20 if number % 2 else 5)
        put(copy, report("cam", number, num_established_tcp_connections=connections))
        last = history(copy)[0]
        assert last.sequence_number == number
        assert last.violation_event_type == (IN_ALARM if number % 2 else CLEARED)


def test_a_backup_replaces_nothing(detectd, stopped, tmp_path):
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "file").write_text("mine")
    command = ["backup", "--data-dir", stopped.parent, "--to"]
    result = detectd(*command, taken)
    assert result.returncode == 73
    assert "is not empty" in result.stderr
    assert [path.name for path in taken.iterdir()] == ["file"]
    assert detectd(*command, stopped.parent).returncode == 73

    # What an interrupted backup has left does not matter, nor does an empty directory.
    partial = tmp_path / "copy.partial"
    partial.mkdir()
    (partial / "detect.db").write_bytes(b"half")
    (tmp_path / "copy").mkdir()
    assert detectd(*command, tmp_path / "copy").returncode == 0
    assert not partial.exists()
    assert detectd("verify", "--data-dir", tmp_path / "copy").returncode == 0
    assert detectd(*command, tmp_path / "copy").returncode == 73


def test_a_damaged_store_gives_no_backup(detectd, stopped, tmp_path):
    edit(stopped, "DELETE FROM violation_event WHERE sequence = 3")
    result = detectd("backup", "--data-dir", stopped.parent, "--to", tmp_path / "copy")
    assert result.returncode == 65
    assert "7 violation events are kept" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_backup_without_a_place_is_64(detectd, stopped):
    assert detectd("backup", "--data-dir", stopped.parent).returncode == 64
