"""How the process starts, refuses to start, and stops."""

import json
import pathlib
import queue
import re
import signal
import socket

import grpc
import pytest
from daemon import Client, StartFailure
from database import edit
from detect.v1 import metric_report_pb2
from model import create, ports, ports_behavior, put, report
from stream import Stream
from test_metric_ingestion import batch
from test_violations import watch


def failure(daemon):
    """The exit code and the one line of a daemon that does not start."""
    with pytest.raises(StartFailure) as caught:
        daemon.start()
    lines = caught.value.output.splitlines()
    assert len(lines) == 1, lines
    return caught.value.code, lines[0]


@pytest.mark.parametrize(
    "options",
    [["--bucket", "1500ms"], ["--listen", "nowhere"], ["--unknown"], ["--config", "absent.json"]],
)
def test_a_wrong_option_is_64(daemon_on, tmp_path, options):
    code, line = failure(daemon_on(tmp_path / "data", *options))
    assert code == 64
    assert not (tmp_path / "data").exists()


def test_a_port_in_use_is_69(daemon_on, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        code, line = failure(daemon_on(tmp_path / "data", listen=address))
    assert (code, address in line, "--listen" in line) == (69, True, True)


def test_a_directory_that_cannot_be_made_is_73(daemon_on, tmp_path):
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "data"
    code, line = failure(daemon_on(path))
    assert (code, str(path) in line) == (73, True)


def test_a_directory_in_use_is_75(daemon_on, tmp_path):
    daemon_on(tmp_path / "data").start()
    code, line = failure(daemon_on(tmp_path / "data"))
    assert (code, str(tmp_path / "data") in line) == (75, True)


def database(tmp_path):
    return tmp_path / "data" / "detect.db"


def overwrite(path: pathlib.Path):
    path.write_bytes(b"not a database" * 1000)


def truncate(path: pathlib.Path):
    path.write_bytes(path.read_bytes()[:4096])


def change_record(path: pathlib.Path):
    for table in ["snapshot_record", "snapshot_change"]:
        edit(path, f"UPDATE {table} SET value = zeroblob(length(value))")


def make_newer(path: pathlib.Path):
    edit(path, "PRAGMA user_version = 999")


@pytest.mark.parametrize("damage", [overwrite, truncate, change_record, make_newer])
def test_a_damaged_or_newer_database_is_65(daemon_on, tmp_path, damage):
    daemon = daemon_on(tmp_path / "data").start()
    create(Client(daemon), "profile", ports_behavior(22))
    assert daemon.stop() == 0
    damage(database(tmp_path))
    code, line = failure(daemon)
    assert code == 65
    assert ("newer" if damage is make_newer else "damaged") in line


def test_settings_that_the_profiles_cannot_live_with_are_78(daemon_on, tmp_path):
    daemon = daemon_on(tmp_path / "data").start()
    behavior = ports_behavior(22)
    behavior.metric = "aws:all-bytes-out"
    behavior.criteria.comparison_operator = 1
    behavior.criteria.value.count = 10
    behavior.criteria.duration_seconds = 600
    create(Client(daemon), "profile", behavior)
    assert daemon.stop() == 0
    code, line = failure(daemon_on(tmp_path / "data", "--bucket", "7s"))
    assert (code, "profile" in line) == (78, True)


def test_the_log_may_be_json(daemon_on, tmp_path):
    daemon = daemon_on(tmp_path / "data", "--log-format", "json").start()
    assert daemon.stop() == 0
    events = [json.loads(line) for line in daemon.log]
    assert events[0]["message"] == f"listening on {daemon.address}"
    assert events[0]["data-dir"] == str(tmp_path / "data")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", events[0]["time"])
    assert [event["level"] for event in events] == ["info"] * len(events)


def test_options_come_from_the_environment_and_the_file(daemon_on, tmp_path, monkeypatch):
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"account-id": "123456789012", "region": "eu-west-1"}))
    monkeypatch.setenv("DETECTD_CONFIG", str(config))
    monkeypatch.setenv("DETECTD_REGION", "us-west-2")
    client = Client(daemon_on(tmp_path / "data").start())
    target = "arn:aws:iot:us-west-2:123456789012:all/things"
    create(client, "profile", ports_behavior(22), target=target)


def test_an_address_that_others_reach_gets_a_warning(daemon_on, tmp_path):
    code, line = failure(daemon_on(tmp_path / "data", listen="0.0.0.0:0"))
    assert (code, "--insecure" in line) == (64, True)
    daemon = daemon_on(tmp_path / "data", "--insecure", listen="0.0.0.0:0").start()
    assert daemon.stop() == 0
    assert any("warning" in line and "no authentication" in line for line in daemon.log)


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_finishes_what_is_under_way(daemon_on, tmp_path, signal_number):
    daemon = daemon_on(tmp_path / "data").start()
    client = Client(daemon)
    create(client, "profile", ports_behavior(22))
    steps = watch(client)
    next(steps)
    stream = Stream(client.ingestion.ReportMetrics)
    # A thing for each, since only the last 64 ids of one are remembered.
    for number in range(1, 101):
        stream.send(batch(number, report(f"cam-{number}", 1, listening_tcp_ports=ports(80))))
    assert stream.receive().batch_number == 1
    daemon.process.send_signal(signal_number)
    acknowledged = 1
    with pytest.raises(grpc.RpcError) as error:
        while True:
            acknowledged = stream.receive().batch_number
    assert error.value.code() == grpc.StatusCode.UNAVAILABLE
    with pytest.raises(grpc.RpcError) as error:
        while True:
            next(steps)
    assert error.value.code() == grpc.StatusCode.UNAVAILABLE
    assert daemon.wait() == 0
    # What was acknowledged is known after the restart, and nothing behind it is missing.
    client = Client(daemon.start())
    again = client.ingestion.PutMetricReports(
        metric_report_pb2.PutMetricReportsRequest(
            reports=[report(f"cam-{number}", 1) for number in range(1, acknowledged + 1)]
        )
    )
    assert again.duplicate_count == acknowledged


def test_a_second_signal_ends_a_stop_that_waits(daemon_on, tmp_path):
    daemon = daemon_on(tmp_path / "data").start()
    client = Client(daemon)
    put(client, report("cam", 1))
    # A call whose request never comes holds a graceful stop until it runs out of patience.
    held = client.channel.stream_unary("/grpc.health.v1.Health/Check").future(
        iter(queue.SimpleQueue().get, None)
    )
    daemon.process.terminate()
    daemon.wait_for_log("stopping")
    assert not held.done()
    daemon.process.terminate()
    assert daemon.wait(timeout=5) == 1
