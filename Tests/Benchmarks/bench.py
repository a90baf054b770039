"""Measures the CPU that detectd spends. Everything runs on this machine, so times are shared with the
clients; CPU seconds are the server's own.

usage: bench.py DETECTD
"""

import contextlib
import itertools
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time

from daemon import Client, Daemon
from detect.v1 import metric_report_pb2, security_profile_pb2
from detect.v1.behavior_pb2 import COMPARISON_OPERATOR_LESS_THAN
from model import addresses_behavior, behavior, cidrs, count, count_behavior, create, ports
from model import ports_behavior, report

CALLS = 200_000
THINGS_PER_BATCH = 1000
BATCHES_PER_ROUND = 10
ROUNDS = 30
TICK = 1 / os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """User and system time of all threads of a process."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK


@contextlib.contextmanager
def cpu_of(pid):
    """Yields a dictionary that has the CPU and wall seconds of the body when it is over."""
    used = {}
    cpu, wall = cpu_seconds(pid), time.monotonic()
    yield used
    used["cpu"], used["wall"] = cpu_seconds(pid) - cpu, time.monotonic() - wall


def h2load(address, path, *options):
    """Makes CALLS calls, all of which must succeed."""
    result = subprocess.run(
        ["h2load", f"--requests={CALLS}", "--clients=8", "--max-concurrent-streams=32"]
        + [*options, f"http://{address}{path}"],
        capture_output=True,
        text=True,
        check=True,
    )
    if not re.search(rf"{CALLS} succeeded, 0 failed, 0 errored, 0 timeout", result.stdout):
        sys.exit(f"h2load: not every call succeeded:\n{result.stdout}")


def microseconds_per_call(pid, address, path, *options):
    h2load(address, path, *options)  # Once to warm up.
    with cpu_of(pid) as used:
        h2load(address, path, *options)
    return used["cpu"] / CALLS * 1e6


def unary_options(directory, name, message):
    """h2load's options for a gRPC call with this message."""
    path = pathlib.Path(directory, name)
    data = message.SerializeToString()
    path.write_bytes(bytes([0]) + len(data).to_bytes(4, "big") + data)
    return [f"--data={path}", "--header=content-type: application/grpc", "--header=te: trailers"]


def measure_static_file(directory):
    """nghttpd, which is nghttp2's own server, with a file of 16 bytes."""
    pathlib.Path(directory, "file").write_bytes(bytes(16))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        ["nghttpd", "--no-tls", f"--htdocs={directory}", "--address=127.0.0.1", str(port)],
        stdout=subprocess.DEVNULL,
    )
    try:
        while True:
            with contextlib.suppress(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port)).close()
                break
            time.sleep(0.05)
        return microseconds_per_call(server.pid, f"127.0.0.1:{port}", "/file")
    finally:
        server.kill()
        server.wait()


def measure_unary(daemon, directory):
    from google.protobuf import empty_pb2

    describe = security_profile_pb2.DescribeSecurityProfileRequest(security_profile_name="first")
    methods = {
        "/grpc.health.v1.Health/Check": empty_pb2.Empty(),
        "/detect.v1.Detect/DescribeSecurityProfile": describe,
    }
    for path, message in methods.items():
        options = unary_options(directory, "message", message)
        yield path, microseconds_per_call(daemon.process.pid, daemon.address, path, *options)


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


def measured_report(thing):
    """Eight datapoints; no id yet."""
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


class Batch:
    """A serialized batch whose report ids, all the same, are put in place each time it is sent.

    A report is a length, its id and the rest. Ids of two bytes keep the lengths what they are, so
    that a batch is its fixed pieces joined by the id.
    """

    def __init__(self, reports):
        rests = [each.SerializeToString() for each in reports]
        field = metric_report_pb2.ReportMetricsRequest(reports=[metric_report_pb2.MetricReport()])
        tag = field.SerializeToString()[:1]
        heads = [tag + varint(3 + len(rest)) for rest in rests]
        self._pieces = [heads[0], *(r + h for r, h in zip(rests, heads[1:])), rests[-1]]

    def with_id(self, number):
        report_id = metric_report_pb2.MetricReport(report_id=number).SerializeToString()
        assert len(report_id) == 3
        return report_id.join(self._pieces)


def varint(number):
    return metric_report_pb2.MetricReport(report_id=number).SerializeToString()[1:]


def measure_reports(daemon):
    client = Client(daemon)
    create_profiles(client)
    batches = [
        Batch([measured_report(f"thing-{b}-{n}") for n in range(THINGS_PER_BATCH)])
        for b in range(BATCHES_PER_ROUND)
    ]
    report_metrics = client.channel.stream_stream(
        "/detect.v1.MetricIngestion/ReportMetrics",
        response_deserializer=metric_report_pb2.ReportMetricsResponse.FromString,
    )

    def send(numbers):
        messages = (b.with_id(number) for number, b in itertools.product(numbers, batches))
        for acknowledgement in report_metrics(messages):
            if acknowledgement.accepted_count != THINGS_PER_BATCH:
                sys.exit(f"not every report was taken: {acknowledgement}")

    send([200])  # Creates the things' state.
    with cpu_of(daemon.process.pid) as used:
        send(range(201, 201 + ROUNDS))
    return ROUNDS * BATCHES_PER_ROUND * THINGS_PER_BATCH, used


def main():
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as directory:
        with Daemon(sys.argv[1], f"{directory}/data") as daemon:
            reports, used = measure_reports(daemon)
            print(f"ReportMetrics: {reports} reports of 8 datapoints, 10 behaviors a thing,")
            print(f"  {THINGS_PER_BATCH} reports a batch, SQLite with fsync:")
            print(f"  {reports / used['cpu']:10,.0f} reports per CPU second of the server")
            print(f"  {reports / used['wall']:10,.0f} reports per second\n")
            print(f"CPU per request of the server, {CALLS} requests on 8 connections:")
            static = measure_static_file(directory)
            print(f"  {static:6.2f} µs         nghttpd, a file of 16 bytes")
            for path, cost in measure_unary(daemon, directory):
                print(f"  {cost:6.2f} µs  {cost / static:4.2f}×  {path}", flush=True)


if __name__ == "__main__":
    main()
