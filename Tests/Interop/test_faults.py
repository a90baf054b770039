"""Faults of the disk, the clock and the process, each really caused.

Nothing that was acknowledged is lost, what cannot be kept is UNAVAILABLE, and the daemon comes back by itself.
"""

import os
import pathlib
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import threading
import time

import grpc
import pytest
from budgets import FLIPPED_BITS, STOPPED_SECONDS
from daemon import Client, StartFailure
from detect.v1 import metric_report_pb2, violation_pb2
from expect import pages
from faults import DISK_FULL, NONE, READ_ERROR, SHORT_WRITE, STALL, SYNC_ERROR, WRITE_ERROR
from grpc_health.v1 import health_pb2, health_pb2_grpc
from model import CLEARED, IN_ALARM, INVALIDATED, cidrs, create, ports, ports_behavior, report
from test_violations import active, history

HOUR = 3_600_000
# A report was refused, or nobody has said what became of it: it is sent again.
NOT_ANSWERED = [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED]


class Camera:
    """A thing that is in alarm after each odd report, and normal after each even one."""

    def __init__(self):
        self.acknowledged = 0

    def put(self, client):
        number = self.acknowledged + 1
        return client.ingestion.PutMetricReports(
            metric_report_pb2.PutMetricReportsRequest(
                reports=[report("cam", number, listening_tcp_ports=ports(80 if number % 2 else 22))]
            ),
            timeout=30,
        )

    def report(self, client, times=1):
        """Reports that must be taken. One that was not acknowledged before may have been."""
        for _ in range(times):
            answer = self.put(client)
            assert answer.accepted_count + answer.duplicate_count == 1, answer
            self.acknowledged += 1

    def report_until_refused(self, client, times=10_000):
        for _ in range(times):
            try:
                self.report(client)
            except grpc.RpcError as error:
                assert error.code() == grpc.StatusCode.UNAVAILABLE
                return
        pytest.fail("nothing was refused")

    def report_when_possible(self, client, patience=20):
        end = time.monotonic() + patience
        while True:
            try:
                return self.report(client)
            except grpc.RpcError as error:
                assert error.code() in NOT_ANSWERED
                assert time.monotonic() < end
                time.sleep(0.1)

    def check(self, client):
        """The history is that of the acknowledged reports."""
        events = history(client)[::-1]
        assert [event.sequence_number for event in events] == list(range(1, self.acknowledged + 1))
        types = [event.violation_event_type for event in events]
        assert types == [IN_ALARM if n % 2 == 0 else CLEARED for n in range(self.acknowledged)]


@pytest.fixture
def camera():
    return Camera()


def check_after_restart(daemon, camera, detectd, data):
    """Everything is there after a kill, and the store is sound."""
    daemon.kill()
    client = Client(daemon.start())
    camera.check(client)
    camera.report(client, 3)
    camera.check(client)
    assert daemon.stop() == 0
    result = detectd("verify", "--data-dir", data)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("kind", [WRITE_ERROR, SYNC_ERROR, DISK_FULL])
def test_a_disk_that_does_not_take_anything(daemon_on, tmp_path, faults, camera, detectd, kind):
    data = tmp_path / "data"
    options = ["--snapshot-journal-bytes", "2000"]
    daemon = daemon_on(data, *options, environment=faults.environment).start()
    client = Client(daemon)
    create(client, "profile", ports_behavior(22))
    for _ in range(3):
        camera.report(client, 40)
        faults.disk(kind)
        camera.report_until_refused(client, times=1)
        # It goes on answering, and says the same.
        camera.report_until_refused(client, times=1)
        camera.check(client)
        faults.disk(NONE)
        camera.report_when_possible(client)
    camera.check(client)
    check_after_restart(daemon, camera, detectd, data)


def test_a_kill_while_nothing_can_be_written(daemon_on, tmp_path, faults, camera, detectd):
    data = tmp_path / "data"
    daemon = daemon_on(data, environment=faults.environment).start()
    client = Client(daemon)
    create(client, "profile", ports_behavior(22))
    for kind in [WRITE_ERROR, SYNC_ERROR, DISK_FULL]:
        camera.report(client, 5)
        faults.disk(kind)
        camera.report_until_refused(client, times=1)
        daemon.kill()
        faults.disk(NONE)
        client = Client(daemon.start())
        camera.report(client)
    camera.check(client)
    check_after_restart(daemon, camera, detectd, data)


def test_writes_that_end_early_are_finished(daemon_on, tmp_path, faults, camera, detectd):
    data = tmp_path / "data"
    options = ["--snapshot-journal-bytes", "2000"]
    daemon = daemon_on(data, *options, environment=faults.environment).start()
    client = Client(daemon)
    faults.disk(SHORT_WRITE)
    create(client, "profile", ports_behavior(22))
    camera.report(client, 100)
    camera.check(client)
    check_after_restart(daemon, camera, detectd, data)


def test_a_disk_that_cannot_be_read(daemon_on, tmp_path, faults, camera, detectd):
    """What is in memory may still be answered; what is not is UNAVAILABLE, and never something else."""
    data = tmp_path / "data"
    daemon = daemon_on(data, environment=faults.environment).start()
    client = Client(daemon)
    create(client, "profile", ports_behavior(22))
    camera.report(client, 20)
    assert daemon.stop() == 0
    client = Client(daemon.start())
    faults.disk(READ_ERROR)
    with pytest.raises(grpc.RpcError) as error:
        camera.check(client)
    assert error.value.code() == grpc.StatusCode.UNAVAILABLE
    faults.disk(NONE)
    camera.report_when_possible(client)
    camera.check(client)
    check_after_restart(daemon, camera, detectd, data)


def test_files_that_may_not_grow(daemon_on, tmp_path, camera, detectd):
    daemon = daemon_on(tmp_path / "data").start()
    client = Client(daemon)
    create(client, "profile", ports_behavior(22))
    camera.report(client, 10)
    log = (tmp_path / "data" / "detect.db-wal").stat().st_size
    unlimited = resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (log + 50_000, unlimited[1]))
    camera.report_until_refused(client)
    camera.check(client)
    resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, unlimited)
    camera.report_when_possible(client)
    camera.check(client)
    check_after_restart(daemon, camera, detectd, tmp_path / "data")


def may_mount():
    command = ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(command, capture_output=True).returncode == 0


def mounted(directory, options):
    """Executes a command with a file system of its own on the directory."""
    script = f'mount -t tmpfs -o {options} tmpfs "$0" && exec "$@"'
    return ["unshare", "-rm", "sh", "-c", script, str(directory)]


@pytest.mark.skipif(not may_mount(), reason="this user may not mount a tmpfs")
def test_a_full_disk(daemon_on, tmp_path, camera, detectd):
    disk = tmp_path / "disk"
    disk.mkdir()
    daemon = daemon_on(disk / "data", prefix=mounted(disk, "size=4m")).start()
    client = Client(daemon)
    create(client, "profile", ports_behavior(22))
    camera.report(client, 10)
    # The disk of the daemon, seen from outside of its namespace.
    seen = pathlib.Path(f"/proc/{daemon.process.pid}/root{disk}")
    with (seen / "ballast").open("wb", buffering=0) as ballast:
        with pytest.raises(OSError):
            while True:
                ballast.write(bytes(4096))
    camera.report_until_refused(client)
    camera.check(client)
    (seen / "ballast").unlink()
    camera.report_when_possible(client)
    camera.report(client, 20)
    camera.check(client)
    # The disk goes with its namespace.
    daemon.process.send_signal(signal.SIGSTOP)
    shutil.copytree(seen / "data", tmp_path / "data")
    daemon.kill()
    survivor = daemon_on(tmp_path / "data").start()
    camera.check(Client(survivor))
    check_after_restart(survivor, camera, detectd, tmp_path / "data")


def test_a_directory_that_may_only_be_read(daemon_on, tmp_path, camera):
    """Root may write everywhere, unless it has no capabilities."""
    prefix = ["setpriv", "--bounding-set=-all"] if os.geteuid() == 0 else []
    data = tmp_path / "data"
    daemon = daemon_on(data, prefix=prefix).start()
    client = Client(daemon)
    create(client, "profile", ports_behavior(22))
    camera.report(client, 5)
    assert daemon.stop() == 0
    for path in [*data.iterdir(), data]:
        path.chmod(0o500 if path == data else 0o400)
    with pytest.raises(StartFailure) as caught:
        daemon.start()
    assert caught.value.code == 73
    assert str(data) in caught.value.output and "Permission denied" in caught.value.output
    for path in [data, *data.iterdir()]:
        path.chmod(0o700 if path == data else 0o600)
    camera.check(Client(daemon.start()))


def flip(bytes_, places):
    """One bit of a random byte is another."""
    flipped = bytearray(bytes_)
    place = places.randrange(len(flipped))
    flipped[place] ^= 1 << places.randrange(8)
    return bytes(flipped)


def payloads(database):
    """The events as they stand in the file."""
    connection = sqlite3.connect(database)
    rows = connection.execute("SELECT payload FROM violation_event").fetchall()
    connection.close()
    return [row[0] for row in rows]


def test_a_flipped_bit_is_found(daemon_on, detectd, tmp_path, camera):
    """What is served is right, wherever the bit is: in an event, or anywhere in the database."""
    seed = random.randrange(1 << 32)
    places = random.Random(seed)
    daemon = daemon_on(tmp_path / "data").start()
    client = Client(daemon)
    create(client, "profile", ports_behavior(22))
    camera.report(client, 60)
    served = history(client), active(client)
    assert daemon.stop() == 0
    original = (tmp_path / "data" / "detect.db").read_bytes()
    events = payloads(tmp_path / "data" / "detect.db")
    for number in range(FLIPPED_BITS):
        data = tmp_path / f"flipped-{number}"
        shutil.copytree(tmp_path / "data", data)
        is_in_event = number % 2 == 0
        if is_in_event:
            event = places.choice(events)
            flipped = original.replace(event, flip(event, places))
        else:
            flipped = flip(original, places)
        (data / "detect.db").write_bytes(flipped)
        what = f"seed {seed}, bit {number}"
        is_served = is_same = False
        try:
            client = Client(daemon_on(data).start())
            is_same = (history(client), active(client)) == served
            is_served = True
        except StartFailure as failure:
            assert failure.code == 65, f"{what}: {failure}"
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.UNAVAILABLE, what
        assert not (is_served and is_in_event), what
        assert is_same or not is_served, what
        result = detectd("backup", "--data-dir", data, "--to", tmp_path / f"copy-{number}")
        assert result.returncode == 65 or (result.returncode == 0 and is_same), what


def test_a_clock_that_jumps(daemon_on, tmp_path, faults, camera, detectd):
    """Time stands still while the clock is behind; it never goes back."""
    daemon = daemon_on(tmp_path / "data", environment=faults.environment).start()
    client = Client(daemon)
    create(client, "profile", ports_behavior(22))
    for jump in [0, HOUR, -HOUR, 2 * HOUR, 500, -24 * HOUR, 3 * HOUR, 0]:
        faults.clock(jump)
        camera.report(client, 6)
        # A second, so that a tick sees the jump.
        time.sleep(1.1)
    faults.clock(0)
    daemon.kill()
    client = Client(daemon.start())
    camera.report(client, 6)
    faults.clock(4 * HOUR)
    stored = all_events(client)
    assert [event.sequence_number for event in stored] == list(range(1, camera.acknowledged + 1))
    times = [event.violation_event_time for event in stored]
    assert times == sorted(times)
    assert times[-1] - times[0] >= 3 * HOUR
    daemon.kill()
    assert detectd("verify", "--data-dir", tmp_path / "data").returncode == 0


def all_events(client):
    """Oldest first, wherever the clock has been."""
    request = violation_pb2.ListViolationEventsRequest(start_time=1, end_time=1 << 50, max_results=250)
    return pages(client.detect.ListViolationEvents, request, "violation_events")[0][::-1]


def test_a_clock_that_jumps_far_ends_what_is_silent(daemon_on, tmp_path, faults, camera):
    daemon = daemon_on(tmp_path / "data", environment=faults.environment).start()
    client = Client(daemon)
    create(client, "profile", ports_behavior(22))
    camera.report(client)
    faults.clock(49 * HOUR)
    while active(client):
        time.sleep(0.1)
    faults.clock(0)
    kinds = [event.violation_event_type for event in all_events(client)]
    assert kinds == [IN_ALARM, INVALIDATED]


def test_a_daemon_that_is_stopped_for_a_while(daemon_on, tmp_path, camera, detectd):
    daemon = daemon_on(tmp_path / "data").start()
    client = Client(daemon)
    create(client, "profile", ports_behavior(22))
    done = threading.Event()

    def load():
        while not done.is_set():
            camera.report_when_possible(client, patience=120)

    loader = threading.Thread(target=load)
    loader.start()
    try:
        for _ in range(2):
            time.sleep(0.3)
            daemon.process.send_signal(signal.SIGSTOP)
            time.sleep(STOPPED_SECONDS)
            daemon.process.send_signal(signal.SIGCONT)
        time.sleep(0.3)
    finally:
        done.set()
        loader.join()
    camera.check(client)
    check_after_restart(daemon, camera, detectd, tmp_path / "data")


class Sender(threading.Thread):
    """Sends so many batches of one large report, as fast as it is let, and counts their answers."""

    BATCHES = 1_500

    def __init__(self, daemon):
        super().__init__(daemon=True)
        addresses = cidrs(*(f"10.0.{n // 250}.{n % 250}" for n in range(1_000)))
        batch = metric_report_pb2.ReportMetricsRequest(
            reports=[report(f"cam-{id(self)}", 1, destination_ip_addresses=addresses)]
        )
        self._batch = batch.SerializeToString()
        self._call = daemon.channel().stream_stream(
            "/detect.v1.MetricIngestion/ReportMetrics",
            response_deserializer=metric_report_pb2.ReportMetricsResponse.FromString,
        )
        self.sent = self.answered = 0
        self.start()

    def _batches(self):
        for self.sent in range(1, self.BATCHES + 1):
            yield self._batch

    def run(self):
        for answer in self._call(self._batches()):
            # All but the first are the same report again.
            self.answered += answer.accepted_count + answer.duplicate_count


def resident_bytes(daemon):
    status = pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024


def test_a_disk_that_stalls_holds_the_clients(daemon_on, tmp_path, faults):
    daemon = daemon_on(tmp_path / "data", environment=faults.environment).start()
    faults.disk(STALL)
    senders = [Sender(daemon) for _ in range(4)]
    sent = -1
    while sent != (sent := sum(sender.sent for sender in senders)):
        time.sleep(1)
    # A report takes some 64 KB, and 64 MB may wait.
    assert 500 < sent < 4 * Sender.BATCHES
    held = resident_bytes(daemon)
    assert held < 400e6
    time.sleep(2)
    assert sum(sender.sent for sender in senders) == sent
    assert resident_bytes(daemon) < held + 1e6
    assert sum(sender.answered for sender in senders) == 0
    health = health_pb2_grpc.HealthStub(daemon.channel())
    assert health.Check(health_pb2.HealthCheckRequest(), timeout=10).status == 1
    faults.disk(NONE)
    for sender in senders:
        sender.join(timeout=60)
        assert sender.answered == Sender.BATCHES
    assert daemon.stop() == 0
