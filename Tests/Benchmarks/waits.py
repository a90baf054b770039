"""Measures what a report waits for, over the wire and to the disk, while a change of a profile reaches every thing.

usage: waits.py DETECTD THINGS
"""

import os
import statistics
import sys
import tempfile
import threading
import time

from bench import cpu_of
from daemon import Client, Daemon
from ingest import create_profiles
from model import create, delete, ports, ports_behavior, put, report

THINGS_PER_BATCH = 1000
PAUSE = 0.005


class Probe:
    """Reports of one thing, one after the other, each timed until it is acknowledged."""

    def __init__(self, daemon):
        self._client = Client(daemon)
        self._id = 0
        # The first of a thing makes its state and opens the connection.
        self._report()

    def _report(self):
        self._id += 1
        put(self._client, report("probe", self._id, listening_tcp_ports=ports(22)))

    def during(self, work):
        """Seconds of the work, and of each report meanwhile."""
        waits = []
        over = threading.Event()

        def go_on():
            while not over.is_set():
                start = time.monotonic()
                self._report()
                waits.append(time.monotonic() - start)
                time.sleep(PAUSE)

        thread = threading.Thread(target=go_on)
        thread.start()
        start = time.monotonic()
        work()
        took = time.monotonic() - start
        over.set()
        thread.join()
        return took, waits


def main():
    things = int(sys.argv[2])
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as directory:
        with Daemon(sys.argv[1], f"{directory}/data") as daemon:
            client = Client(daemon)
            create(client, "violated", ports_behavior(22))
            for first in range(0, things, THINGS_PER_BATCH):
                numbers = range(first, min(first + THINGS_PER_BATCH, things))
                put(
                    client,
                    *(report(f"thing-{n}", 1, listening_tcp_ports=ports(23)) for n in numbers),
                )
            probe = Probe(daemon)
            print(f"{things} things, each in alarm; what a report waits for until it is on the disk:")
            for name, work in {
                "nothing else": lambda: time.sleep(5),
                "ten behaviors more": lambda: create_profiles(client),
                "every violation ends": lambda: delete(client, "violated"),
            }.items():
                with cpu_of(daemon.process.pid) as used:
                    took, waits = probe.during(work)
                ranked = sorted(waits)
                print(
                    f"  {name:<22}{took:6.1f} s ({used['cpu']:.1f} of the CPU)   "
                    f"{len(waits):5} reports   "
                    f"p50 {statistics.median(ranked) * 1e3:6.1f} ms   "
                    f"p99 {ranked[len(ranked) * 99 // 100] * 1e3:6.1f} ms   "
                    f"longest {ranked[-1] * 1e3:6.1f} ms",
                    flush=True,
                )


if __name__ == "__main__":
    main()
