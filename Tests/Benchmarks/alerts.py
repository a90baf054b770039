"""Measures how long an alarm takes from the acknowledgement of its report to the socket of a webhook, on this
machine: alone, in a steady stream, and while a storm is delivered.

usage: alerts.py DETECTD
"""

import pathlib
import statistics
import sys
import tempfile
import time

from daemon import Client, Daemon
from model import ports, put, report
from test_alerts import HOOK, Receiver, targets_file, watched

ALONE = 300
STREAM = 3000
PER_SECOND = 60
STORM = 100_000


def percentiles(name, seconds):
    ranked = statistics.quantiles(seconds, n=100)
    print(f"{name:<28}p50 {ranked[49] * 1e3:8.1f} ms   p99 {ranked[98] * 1e3:8.1f} ms")


def latencies(client, receiver, count, pause):
    """Alarms of so many things, one after another; seconds from acknowledgement to receipt."""
    acknowledged, seconds = {}, []
    prefix = f"bench-{count}"
    for number in range(count):
        thing = f"{prefix}-{number}"
        put(client, report(thing, 1, listening_tcp_ports=ports(23)))
        acknowledged[thing] = time.time_ns()
        time.sleep(pause)
    for event in receiver.take(count, timeout=120):
        seconds.append((event["arrived"] - acknowledged[event["subject"]]) / 1e9)
    # An alarm may arrive before the client reads its acknowledgement.
    return [max(0, second) for second in seconds]


def storm(client, receiver):
    """Seconds to ingest a storm, and to deliver it."""
    start = time.monotonic()
    for first in range(0, STORM, 1000):
        things = (f"storm-{number}" for number in range(first, first + 1000))
        put(client, *(report(thing, 1, listening_tcp_ports=ports(23)) for thing in things))
    ingested = time.monotonic() - start
    told, requests = set(), 0
    while len(told) < STORM:
        [event] = receiver.take(1, timeout=120)
        requests += 1
        events = event["data"].get("events", [event["data"]])
        told.update(one["thingName"] for one in events)
    return ingested, time.monotonic() - start, requests


def ingest_only(executable, directory):
    """Seconds for the same storm without a target."""
    with Daemon(executable, directory) as daemon:
        client = Client(daemon)
        watched(client, "unreachable")
        start = time.monotonic()
        for first in range(0, STORM, 1000):
            things = (f"storm-{number}" for number in range(first, first + 1000))
            put(client, *(report(thing, 1, listening_tcp_ports=ports(23)) for thing in things))
        return time.monotonic() - start


def main():
    executable = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        receiver = Receiver(directory)
        option = targets_file(directory, receiver=receiver)
        with Daemon(executable, directory / "data", option) as daemon:
            client = Client(daemon)
            watched(client, HOOK)
            latencies(client, receiver, 50, 0.01)  # Once to warm up.
            percentiles("one alarm at a time", latencies(client, receiver, ALONE, 0.15))
            percentiles(
                f"{PER_SECOND} alarms a second", latencies(client, receiver, STREAM, 1 / PER_SECOND)
            )
            ingested, delivered, requests = storm(client, receiver)
        alone = ingest_only(executable, directory / "alone")
        print(
            f"storm of {STORM} alarms        ingested in {ingested:.1f} s (without delivery {alone:.1f} s), "
            f"delivered in {delivered:.1f} s by {requests} requests"
        )


if __name__ == "__main__":
    main()
