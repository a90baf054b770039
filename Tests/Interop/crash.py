"""Kills the real daemon again and again, and compares what is left with a run without a fault.

    crash.py DETECTD ROUNDS [SEED]

    reporters ──batches──► daemon on disk ◄── kill -9: under load, while it starts, while a backup is made
        │ what was not acknowledged is sent again      │ now and then `detectd verify` on what is left
        ▼                                              ▼
    the same reports, with the same times, in peace ──► a second daemon: the faultless history

Snapshots are taken every few kilobytes of journal, so that many a kill meets one. The reports carry times of
their own, and no behavior looks at buckets, so each thing's history depends on its own reports alone,
whichever way the things are interleaved.
"""

import collections
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time

import grpc
from budgets import CRASH_BATCHES, CRASH_REPORTERS, CRASH_THINGS
from daemon import Client, Daemon, StartFailure
from detect.v1 import metric_report_pb2, thing_group_pb2, violation_pb2
from expect import now
from model import IN_ALARM, addresses_behavior, cidrs, count, count_behavior, create, ports
from model import ports_behavior

OPTIONS = [
    "--snapshot-journal-bytes=30000",
    "--bucket=3600s",
    "--grace=24h",
    "--silence=48h",
]
# A thing remembers the ids of its last 64 reports; what is under way must be fewer.
WINDOW = 32


class Reporter:
    """One stream's worth of things; sends each batch until it is acknowledged."""

    def __init__(self, name, seed, start):
        self.random = random.Random(seed)
        self.things = [f"{name}-{number}" for number in range(CRASH_THINGS)]
        self.time = start
        self.batches = []
        self.acknowledged = 0

    def add(self, batches):
        for _ in range(batches):
            self.time += 1
            number = len(self.batches) + 1
            reports = [self._report(thing, number) for thing in self.things]
            self.batches.append(
                metric_report_pb2.ReportMetricsRequest(batch_number=number, reports=reports)
            )

    def _report(self, thing, number):
        roll = self.random.random
        values = {
            "aws:listening-tcp-ports": ports(22 if roll() < 0.6 else 80),
            "aws:num-established-tcp-connections": count(self.random.randrange(20)),
            "aws:destination-ip-addresses": cidrs("10.0.0.1" if roll() < 0.7 else "192.0.2.1"),
        }
        return metric_report_pb2.MetricReport(
            thing_name=thing,
            report_id=number,
            time=self.time,
            datapoints=[
                metric_report_pb2.ReportedDatapoint(metric=metric, value=value)
                for metric, value in values.items()
            ],
        )

    def send(self, client):
        """Sends all that is not acknowledged; returns when it is, or when the daemon is gone."""
        room = threading.Semaphore(WINDOW)
        ended = threading.Event()

        def requests(first=self.acknowledged):
            for batch in self.batches[first:]:
                room.acquire()
                if ended.is_set():
                    return
                yield batch

        try:
            for answer in client.ingestion.ReportMetrics(requests()):
                assert answer.batch_number == self.acknowledged + 1, answer
                assert answer.accepted_count + answer.duplicate_count == len(self.things), answer
                assert not answer.rejections, answer
                self.acknowledged += 1
                room.release()
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.UNAVAILABLE, error
        finally:
            ended.set()
            room.release()

    @property
    def is_done(self):
        return self.acknowledged == len(self.batches)


class Operator:
    """Makes one group after another, and remembers those that were acknowledged."""

    def __init__(self):
        self.made = 0

    def work(self, client, until):
        try:
            while not until.is_set():
                # The same request again succeeds, so one that may have been done is just repeated.
                client.registry.CreateThingGroup(
                    thing_group_pb2.CreateThingGroupRequest(thing_group_name=f"group-{self.made}")
                )
                self.made += 1
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.UNAVAILABLE, error


def prepare(client):
    create(
        client,
        "profile",
        ports_behavior(22, consecutive_datapoints_to_alarm=2),
        count_behavior(12),
        addresses_behavior("10.0.0.0/8"),
    )


def send_all(daemon, reporters, operator=None):
    """Sends until everything is acknowledged or the daemon is gone."""
    done = threading.Event()
    threads = [
        threading.Thread(target=reporter.send, args=[Client(daemon)]) for reporter in reporters
    ]
    side = threading.Thread(target=operator.work, args=[Client(daemon), done]) if operator else None
    for thread in threads + ([side] if side else []):
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    if side:
        side.join()


def events(daemon):
    """All events in the order of their sequence numbers."""
    found, newest = [], None
    watch = Client(daemon).detect.WatchViolationEvents
    newest = next(iter(watch(violation_pb2.WatchViolationEventsRequest()))).sequence_number
    if newest:
        stream = watch(violation_pb2.WatchViolationEventsRequest(after_sequence=0))
        for step in stream:
            found.append(step.violation_event)
            if step.sequence_number == newest:
                break
        stream.cancel()
    return found


def histories(found):
    """What happened to each thing, without what depends on how the things were interleaved."""
    assert [event.sequence_number for event in found] == list(range(1, len(found) + 1))
    lives, open_alarms, ids = collections.defaultdict(list), {}, set()
    for event in found:
        key = (event.thing_name, event.behavior.name)
        if event.violation_event_type == IN_ALARM:
            assert key not in open_alarms and event.violation_id not in ids
            open_alarms[key] = event.violation_id
            ids.add(event.violation_id)
        else:
            assert open_alarms.pop(key) == event.violation_id
        event.ClearField("violation_id")
        event.ClearField("sequence_number")
        lives[event.thing_name].append(event.SerializeToString(deterministic=True))
    return lives


def values(daemon, thing):
    """Every retained number of connections, in the order of time."""
    request = metric_report_pb2.ListMetricValuesRequest(
        thing_name=thing,
        metric_name="aws:num-established-tcp-connections",
        start_time=now() - 24 * 3_600_000,
        end_time=now() + 3_600_000,
        max_results=250,
    )
    call, found = Client(daemon).ingestion.ListMetricValues, []
    while True:
        answer = call(request)
        found += [(each.timestamp, each.value.count) for each in answer.metric_datum_list]
        if not answer.next_token:
            return found
        request.next_token = answer.next_token


class CrashTest:
    """The life of one data directory."""

    def __init__(self, executable, directory, seed):
        self.executable = executable
        self.directory = directory
        self.random = random.Random(seed)
        self.daemon = Daemon(executable, directory / "data", *OPTIONS)
        start = now() - 1_000_000
        self.reporters = [
            Reporter(f"thing-{number}", self.random.random(), start)
            for number in range(CRASH_REPORTERS)
        ]
        self.operator = Operator()
        self.counts = collections.Counter()

    def run(self, rounds):
        try:
            prepare(Client(self.daemon.start()))
            for _ in range(rounds):
                self._round()
            while not all(reporter.is_done for reporter in self.reporters):
                send_all(self.daemon, self.reporters)
            self._compare()
        finally:
            if self.daemon.process.poll() is None:
                self.daemon.kill()

    def _round(self):
        """Load, a kill, and a start."""
        for reporter in self.reporters:
            reporter.add(CRASH_BATCHES)
        before = [reporter.acknowledged for reporter in self.reporters]
        backup = self._begin_backup() if self.random.random() < 0.15 else None
        killer = threading.Timer(self.random.uniform(0, 0.5), self.daemon.process.kill)
        killer.start()
        send_all(self.daemon, self.reporters, self.operator)
        killer.join()
        self.daemon.wait()
        self.counts["kills"] += 1
        if [reporter.acknowledged for reporter in self.reporters] != before:
            self.counts["kills under load"] += 1
        if backup:
            self._end_backup(backup)
        if self.random.random() < 0.1:
            self._verify(self.directory / "data")
        while self.random.random() < 0.25:
            self._kill_a_start()
        self.daemon.start()

    def _kill_a_start(self):
        process = subprocess.Popen(self.daemon.command, stderr=subprocess.DEVNULL)
        time.sleep(self.random.uniform(0, 0.15))
        process.kill()
        process.wait()
        self.counts["kills of a start"] += 1

    def _begin_backup(self):
        target = self.directory / "backup"
        command = [self.executable, "backup", "--data-dir", self.directory / "data", "--to", target]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def _end_backup(self, process):
        """The backup survives the daemon's end; half of them do not survive their own."""
        if self.random.random() < 0.5:
            process.kill()
            self.counts["kills of a backup"] += process.wait() != 0
        error = process.communicate()[1]
        assert process.returncode in (0, -9), error
        target = self.directory / "backup"
        # It has its name once it is whole, whatever came after.
        assert target.exists() or process.returncode != 0
        if target.exists():
            self._verify(target)
            self.counts["backups"] += 1
            shutil.rmtree(target)

    def _verify(self, directory):
        command = [self.executable, "verify", "--data-dir", directory]
        result = subprocess.run(command, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        self.counts["stores verified"] += 1

    def _compare(self):
        found = events(self.daemon)
        self.counts["events"] = len(found)
        self.counts["reports"] = sum(len(r.batches) * CRASH_THINGS for r in self.reporters)
        groups = Client(self.daemon).registry.DescribeThingGroup
        for number in range(self.operator.made):
            groups(thing_group_pb2.DescribeThingGroupRequest(thing_group_name=f"group-{number}"))
        with Daemon(self.executable, self.directory / "peace", *OPTIONS) as faultless:
            prepare(Client(faultless))
            for reporter in self.reporters:
                reporter.acknowledged = 0
            send_all(faultless, self.reporters)
            assert all(reporter.is_done for reporter in self.reporters)
            expected = histories(events(faultless))
            assert histories(found) == expected
            for reporter in self.reporters:
                for thing in reporter.things:
                    assert values(self.daemon, thing) == values(faultless, thing), thing
        assert self.daemon.stop() == 0
        self._verify(self.directory / "data")


def crash_test(executable, directory, rounds, seed):
    """Runs it; the seed is in the message of whatever goes wrong."""
    test = CrashTest(executable, pathlib.Path(directory), seed)
    try:
        test.run(rounds)
    except (AssertionError, StartFailure) as error:
        raise AssertionError(f"with seed {seed}: {error}") from error
    return test.counts


if __name__ == "__main__":
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as directory:
        counts = crash_test(sys.argv[1], directory, int(sys.argv[2]), seed)
    print(", ".join(f"{count} {what}" for what, count in counts.items()))
    print("the history is the faultless one")
