"""Measures what it costs detectd to take reports: to decode, judge and make durable, with SQLite and fsync.

Reports of eight datapoints come by ReportMetrics from another process; ten behaviors judge each thing. A
gRPC C++ server that only receives, decodes and acknowledges the same streams is measured in each round.
CPU is the server's own, as the kernel accounts for it, the server on one core and its clients on the
other. Ratios are taken inside a round.

usage: ingest.py DETECTD DIRECTORY_OF_PROGRAMS ROUNDS [MINUTES]
"""

import contextlib
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

from daemon import Client, Daemon
from model import addresses_behavior, behavior, count, count_behavior, create, ports_behavior
from detect.v1.behavior_pb2 import COMPARISON_OPERATOR_LESS_THAN
from servers import CLIENT_CORE, SERVER_CORE, Server, cpu_seconds, on_core, resident_bytes

THINGS, STREAMS = int(os.environ.get("THINGS", 10_000)), 4
PER_BATCH = [1, 10, 100, 1000]
# What is measured first and in the long run.
TYPICAL = 100
REPORTS = 400_000
# Reports between two looks at the clock, and rows of the long run's table.
REPORTS_AT_A_TIME, ROWS = 100_000, 12
# Batches that a stream may be ahead of the acknowledgements.
AHEAD = {1: 256, 10: 64, 100: 16, 1000: 16}
DATAPOINTS = 8
PEER = "gRPC C++"
OURS = "detectd"


def limit(metric, number):
    return behavior(metric, f"aws:{metric}", COMPARISON_OPERATOR_LESS_THAN, count(number))


def create_profiles(client):
    """Ten behaviors on every thing, in two profiles."""
    first = [limit(f"all-{m}", 1 << 40) for m in ("bytes-in", "bytes-out")]
    first += [count_behavior(100), ports_behavior(22, 443), addresses_behavior("10.0.0.0/8")]
    second = [limit(f"all-{m}", 1 << 40) for m in ("packets-in", "packets-out")]
    second += [limit("num-listening-tcp-ports", 10), ports_behavior(*range(512))]
    second += [addresses_behavior(*(f"10.{n}.0.0/16" for n in range(100)))]
    create(client, "first", *first)
    create(client, "second", *second)


class Detectd(Daemon):
    """The server with its profiles, on the server's core."""

    def __init__(self, executable, directory):
        super().__init__(executable, directory, prefix=on_core(SERVER_CORE, []))

    def __enter__(self):
        super().__enter__()
        create_profiles(Client(self))
        return self

    def cpu_seconds(self):
        return cpu_seconds(self.process.pid)

    def resident_bytes(self):
        return resident_bytes(self.process.pid)

    def written_bytes(self):
        """What the process has had written to the disk."""
        lines = pathlib.Path(f"/proc/{self.process.pid}/io").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("write_bytes"))


class Peer(Server):
    @property
    def address(self):
        return f"127.0.0.1:{self.port}"


class Fleet:
    """The client in C++: THINGS things on STREAMS streams."""

    def __init__(self, programs, server, per_batch):
        command = [f"{programs}/ingest-client", server.address, STREAMS, THINGS, per_batch]
        self._process = subprocess.Popen(
            on_core(CLIENT_CORE, [str(part) for part in command]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._ahead = AHEAD[per_batch]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def report(self, rounds, ahead=None, per_second=0):
        """All things report so many times. Reports taken, seconds, and the median, the 99th percentile
        and the longest of the microseconds from a batch to its acknowledgement."""
        print(rounds, ahead or self._ahead, per_second, file=self._process.stdin, flush=True)
        taken, *figures = self._process.stdout.readline().split()
        if int(taken) != rounds * THINGS:
            sys.exit(f"{taken} of {rounds * THINGS} reports were taken")
        return int(taken), *map(float, figures)


def measure(server, programs, per_batch):
    """Figures of a server that is running, by name."""
    rounds = REPORTS // THINGS
    with Fleet(programs, server, per_batch) as fleet:
        fleet.report(rounds // 4)
        before = server.cpu_seconds()
        written = server.written_bytes() if isinstance(server, Detectd) else 0
        taken, seconds, *_ = fleet.report(rounds)
        cpu = server.cpu_seconds() - before
        figures = {"cpu": cpu / taken * 1e6, "rate": taken / seconds}
        if isinstance(server, Detectd):
            figures["written"] = (server.written_bytes() - written) / taken
        return figures


def acknowledgement_times(server, programs):
    """Milliseconds from a batch to its acknowledgement: alone, and at full load."""
    with Fleet(programs, server, TYPICAL) as fleet:
        fleet.report(5)
        # A batch on one stream after another is a batch in all; so is one batch ahead.
        _, _, *alone = fleet.report(5, ahead=1, per_second=20)
        _, _, *loaded = fleet.report(20)
    return alone, loaded


def short(detectd, programs, rounds):
    results = []
    for _ in range(rounds):
        figures = {}
        for name in random.sample([OURS, PEER], 2):
            for per_batch in PER_BATCH:
                with contextlib.ExitStack() as stack:
                    server = stack.enter_context(started(name, detectd, programs, stack))
                    figures[name, per_batch] = measure(server, programs, per_batch)
        results.append(figures)
    report_costs(results)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(started(OURS, detectd, programs, stack))
        for name, figures in zip(
            ("20 batches a second on each stream", "at full load"),
            acknowledgement_times(server, programs),
        ):
            median, high, longest = (figure / 1000 for figure in figures)
            print(
                f"Acknowledgement of {TYPICAL} reports, {name}: "
                f"p50 {median:.1f} ms, p99 {high:.1f} ms, longest {longest:.1f} ms"
            )


def started(name, detectd, programs, stack):
    if name == PEER:
        return Peer([f"{programs}/ingest-peer"])
    directory = stack.enter_context(tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")))
    return Detectd(detectd, f"{directory}/data")


def report_costs(results):
    def median(name, per_batch, key):
        return statistics.median(each[name, per_batch][key] for each in results)

    print(f"{THINGS} things, {STREAMS} streams, reports of {DATAPOINTS} datapoints, 10 behaviors a thing;")
    print("µs of the server's CPU per report\n")
    print("  a batch    detectd   gRPC C++   ratio   datapoints/CPU s   reports/s   bytes written")
    for per_batch in PER_BATCH:
        ours, peer = median(OURS, per_batch, "cpu"), median(PEER, per_batch, "cpu")
        ratio = statistics.median(
            each[OURS, per_batch]["cpu"] / each[PEER, per_batch]["cpu"] for each in results
        )
        print(
            f"  {per_batch:7}{ours:11.2f}{peer:11.2f}{ratio:8.2f}{DATAPOINTS * 1e6 / ours:19,.0f}"
            f"{median(OURS, per_batch, 'rate'):12,.0f}{median(OURS, per_batch, 'written'):16,.0f}"
        )
    print(flush=True)


def long(detectd, programs, minutes):
    """Full load for so long: what it takes, and what the server's memory does."""
    print("minutes   reports/s   µs of CPU/report   resident MB   written bytes/report   p99 ms", flush=True)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(started(OURS, detectd, programs, stack))
        fleet = stack.enter_context(Fleet(programs, server, TYPICAL))
        start = time.monotonic()
        while (passed := time.monotonic() - start) < 60 * minutes:
            cpu, written, begin = server.cpu_seconds(), server.written_bytes(), time.monotonic()
            reports, times = 0, []
            while time.monotonic() - begin < 60 * minutes / ROWS:
                taken, _, _, high, _ = fleet.report(max(1, REPORTS_AT_A_TIME // THINGS))
                reports += taken
                times.append(high)
            seconds = time.monotonic() - begin
            print(
                f"{(passed + seconds) / 60:7.1f}{reports / seconds:12,.0f}"
                f"{(server.cpu_seconds() - cpu) / reports * 1e6:19.2f}"
                f"{server.resident_bytes() / 1e6:14.0f}"
                f"{(server.written_bytes() - written) / reports:23,.0f}"
                f"{max(times) / 1000:9.0f}",
                flush=True,
            )


def main():
    detectd, programs, rounds, *minutes = sys.argv[1:]
    if minutes:
        long(detectd, programs, float(minutes[0]))
    else:
        short(detectd, programs, int(rounds))


if __name__ == "__main__":
    main()
