"""Measures how fast detectd backtests over the wire: the CPU is the server's own, so the client's time does
not count; and its memory, early and late.

usage: backtest.py DETECTD REPORTS
"""

import os
import sys
import tempfile

from bench import cpu_of
from daemon import Client, Daemon
from detect.v1 import backtest_pb2, metric_report_pb2
from ingest import create_profiles
from model import cidrs, count, ports, report
from servers import resident_bytes

THINGS = 10_000
THINGS_PER_BATCH = 500
BATCHES = THINGS // THINGS_PER_BATCH
START = 1_700_000_100_000
MINUTE = 60_000


def measured_report(thing):
    """Eight datapoints; no time yet."""
    counters = {f"all_{m}": count(123_456) for m in ("bytes_in", "bytes_out")}
    counters |= {f"all_{m}": count(789) for m in ("packets_in", "packets_out")}
    return report(
        thing,
        0,
        **counters,
        num_listening_tcp_ports=count(2),
        num_established_tcp_connections=count(3),
        listening_tcp_ports=ports(22, 443),
        destination_ip_addresses=cidrs("10.0.0.1", "10.1.2.3", "10.99.0.7"),
    )


def varint(number):
    return metric_report_pb2.MetricReport(report_id=number).SerializeToString()[1:]


class Batch:
    """A serialized batch of reports of one time, which is put in place each time it is sent.

    A report is a length, its time and the rest. Times of now have one length, so a batch is its fixed pieces
    joined by the time.
    """

    TIME_BYTES = 7

    def __init__(self, reports):
        rests = [each.SerializeToString() for each in reports]
        field = metric_report_pb2.MetricReports(reports=[metric_report_pb2.MetricReport()])
        tag = field.SerializeToString()[:1]
        heads = [tag + varint(self.TIME_BYTES + len(rest)) for rest in rests]
        self._pieces = [heads[0], *(r + h for r, h in zip(rests, heads[1:])), rests[-1]]

    def at(self, time):
        data = metric_report_pb2.MetricReport(time=time).SerializeToString()
        assert len(data) == self.TIME_BYTES
        return data.join(self._pieces)


def requests(minutes, each_minute):
    """Every thing reports once a minute."""
    yield backtest_pb2.BacktestRequest(
        profiles=backtest_pb2.BacktestProfiles(
            profiles=[
                backtest_pb2.BacktestProfile(security_profile_name=name)
                for name in ("first", "second")
            ]
        )
    ).SerializeToString()
    batches = [
        Batch([measured_report(f"thing-{b}-{n}") for n in range(THINGS_PER_BATCH)])
        for b in range(BATCHES)
    ]
    field = backtest_pb2.BacktestRequest(reports={}).SerializeToString()[:1]
    for minute in range(minutes):
        for place, batch in enumerate(batches):
            time = START + minute * MINUTE + place * MINUTE // BATCHES
            data = batch.at(time)
            yield field + varint(len(data)) + data
        each_minute(minute + 1)


def main():
    minutes = int(sys.argv[2]) // THINGS
    resident = {}
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as directory:
        with Daemon(sys.argv[1], f"{directory}/data") as daemon:
            client = Client(daemon)
            create_profiles(client)
            pid = daemon.process.pid
            backtest = client.channel.stream_stream(
                "/detect.v1.Detect/Backtest",
                response_deserializer=backtest_pb2.BacktestResponse.FromString,
            )

            def look(minute):
                # Every window is full after a good hour.
                if minute in (minutes // 10, minutes):
                    resident[minute] = resident_bytes(pid)

            with cpu_of(pid) as used:
                [response] = backtest(requests(minutes, look))
    reports = response.summary.reports
    assert reports == minutes * THINGS and response.summary.things == THINGS, response
    print(f"Backtest of {THINGS} things, 10 behaviors, {reports} reports of 8 datapoints:")
    print(f"  {reports / used['cpu']:10,.0f} reports per CPU second of the server")
    print(f"  {reports / used['wall']:10,.0f} reports per second, with the client on the same machine")
    for minute, size in resident.items():
        print(f"  {size / 1e6:10.1f} MB resident after {minute * THINGS} reports")


if __name__ == "__main__":
    main()
