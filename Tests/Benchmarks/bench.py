"""Measures the CPU that detectd spends for a call. Everything runs on this machine, so times are shared with the
clients; CPU seconds are the server's own.

usage: bench.py DETECTD
"""

import contextlib
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time

from daemon import Client, Daemon
from detect.v1 import security_profile_pb2
from model import addresses_behavior, count_behavior, create, ports_behavior

CALLS = 200_000
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


def main():
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as directory:
        with Daemon(sys.argv[1], f"{directory}/data") as daemon:
            behaviors = count_behavior(100), ports_behavior(22, 443), addresses_behavior("10.0.0.0/8")
            create(Client(daemon), "first", *behaviors)
            print(f"CPU per request of the server, {CALLS} requests on 8 connections:")
            static = measure_static_file(directory)
            print(f"  {static:6.2f} µs         nghttpd, a file of 16 bytes")
            for path, cost in measure_unary(daemon, directory):
                print(f"  {cost:6.2f} µs  {cost / static:4.2f}×  {path}", flush=True)


if __name__ == "__main__":
    main()
