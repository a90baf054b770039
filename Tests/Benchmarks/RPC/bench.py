"""Measures Sources/RPC beside its peers: the CPU that each server spends for a call, as the kernel
accounts for it, with the server on one core and its load on the other. All servers are measured in
each round, in an order that changes, and ratios are taken inside a round.

usage: bench.py ROUNDS NAME=SERVER...
"""

import contextlib
import pathlib
import random
import re
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time

from authority import Authority
from servers import CLIENT_CORE, Server, nghttpd, on_core, one_call

CALLS = 150_000
STREAMS, MESSAGES_PER_STREAM = 40, 10_000
RATE, RATED_CLIENTS, RATED_SECONDS = 5_000, 8, 5
IDLE_CONNECTIONS = 1_000
HELD_CONNECTIONS = 10_000
COUNT = "/bench.Bench/Count"
COUNT_IN_TASK = "/bench.Bench/CountInTask"
COUNT_ALL = "/bench.Bench/CountAll"
OURS = "Sources/RPC"
OURS_TLS = "… with TLS"
OURS_MUTUAL_TLS = "… mutual TLS"


def text(field, value):
    return bytes([field << 3 | 2, len(value)]) + value


def sample():
    """A serialized bench.Sample of eight readings: 130 bytes."""
    readings = (text(1, b"reading-%d" % n) + b"\x10\xd2\x09" for n in range(8))
    return text(1, b"sample-01") + b"".join(text(2, reading) for reading in readings)


def framed(message):
    return b"\0" + len(message).to_bytes(4, "big") + message


class Load:
    """What h2load sends, from files in a directory."""

    def __init__(self, directory):
        self._directory = pathlib.Path(directory)
        self.message = framed(sample())
        self._one = self._write("one", self.message)
        self._many = self._write("many", self.message * MESSAGES_PER_STREAM)

    def _write(self, name, data):
        path = self._directory / name
        path.write_bytes(data)
        return path

    def unary(self, server, path, calls=CALLS):
        self._run(server, path, calls, f"--data={self._one}", "--clients=8", "-m32")

    def get(self, server, path):
        self._run(server, path, CALLS, "--clients=8", "-m32")

    def streamed(self, server):
        self._run(server, COUNT_ALL, STREAMS, f"--data={self._many}", "--clients=4", "-m1")

    def rated(self, server, path):
        """Microseconds of each call at RATE calls a second."""
        log = self._directory / "log"
        log.unlink(missing_ok=True)
        self._run(
            server,
            path,
            RATE * RATED_SECONDS,
            f"--data={self._one}",
            f"--clients={RATED_CLIENTS}",
            f"--rps={RATE / RATED_CLIENTS}",
            f"--log-file={log}",
        )
        return [int(line.split()[2]) for line in log.read_text().splitlines()]

    def _run(self, server, path, calls, *options):
        """Makes so many calls, all of which must succeed."""
        command = ["h2load", f"--requests={calls}", "--header=content-type: application/grpc"]
        scheme = "https" if server.has_tls else "http"
        command += ["--header=te: trailers", *options, f"{scheme}://127.0.0.1:{server.port}{path}"]
        result = subprocess.run(on_core(CLIENT_CORE, command), capture_output=True, text=True)
        if not re.search(rf"{calls} succeeded, 0 failed, 0 errored, 0 timeout", result.stdout):
            sys.exit(f"h2load: not every call succeeded:\n{result.stdout}{result.stderr}")


def cpu_microseconds(server, units, run):
    before = server.cpu_seconds()
    run()
    return (server.cpu_seconds() - before) / units * 1e6


def connect(server, count, request, tls=None):
    """Connections that have made one call each and are at rest."""
    connections = []
    for _ in range(count):
        connection = socket.create_connection(("127.0.0.1", server.port))
        if tls:
            connection = tls.wrap_socket(connection, server_hostname="localhost")
        connection.sendall(request)
        connections.append(connection)
    for connection in connections:
        # The response's trailers come in the same packet as its message, or shortly after it.
        assert connection.recv(1 << 16)
    time.sleep(1)
    return connections


def kilobytes_per_connection(server, request, count, tls=None):
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.closing(connect(server, 1, request, tls)[0]))
        before = server.resident_bytes()
        for connection in connect(server, count, request, tls):
            stack.enter_context(connection)
        return (server.resident_bytes() - before) / count / 1024


class Certificates:
    """The server's and a client's, for connections with TLS."""

    def __init__(self, directory):
        self._authority = Authority(pathlib.Path(directory, "authority"))
        self._authority.issue("server", "DNS:localhost")
        self._authority.issue("client", "URI:spiffe://example.org/client")

    def server(self, is_mutual):
        names = ["server.pem", "server.key"] + (["ca.pem"] if is_mutual else [])
        return [str(self._authority.path(name)) for name in names]

    def client(self, is_mutual):
        tls = ssl.create_default_context(cafile=self._authority.path("ca.pem"))
        tls.set_alpn_protocols(["h2"])
        if is_mutual:
            names = self._authority.path("client.pem"), self._authority.path("client.key")
            tls.load_cert_chain(*names)
        return tls


def measure_floor(load, directory):
    with nghttpd(directory) as server:
        load.unary(server, "/file")
        yield "unary", cpu_microseconds(server, CALLS, lambda: load.unary(server, "/file"))
        yield "unary, GET", cpu_microseconds(server, CALLS, lambda: load.get(server, "/file"))


def measure(load, command, is_ours):
    with Server(command) as server:
        load.unary(server, COUNT, CALLS // 5)
        yield "unary", cpu_microseconds(server, CALLS, lambda: load.unary(server, COUNT))
        if is_ours:
            run = lambda: load.unary(server, COUNT_IN_TASK)
            yield "unary, in a task", cpu_microseconds(server, CALLS, run)
        messages = STREAMS * MESSAGES_PER_STREAM
        yield "streamed", cpu_microseconds(server, messages, lambda: load.streamed(server))
        times = sorted(load.rated(server, COUNT))
        yield "p50", times[len(times) // 2]
        yield "p99", times[len(times) * 99 // 100]
    with Server(command) as server:
        request = one_call(COUNT.encode(), load.message)
        yield "idle", kilobytes_per_connection(server, request, IDLE_CONNECTIONS)


def measure_tls(load, command, certificates):
    with Server(command + certificates.server(is_mutual=False), has_tls=True) as server:
        load.unary(server, COUNT, CALLS // 5)
        yield "unary", cpu_microseconds(server, CALLS, lambda: load.unary(server, COUNT))
        messages = STREAMS * MESSAGES_PER_STREAM
        yield "streamed", cpu_microseconds(server, messages, lambda: load.streamed(server))
    yield "idle", idle_with_tls(load, command, certificates, is_mutual=False)


def idle_with_tls(load, command, certificates, is_mutual):
    with Server(command + certificates.server(is_mutual), has_tls=True) as server:
        request = one_call(COUNT.encode(), load.message)
        tls = certificates.client(is_mutual)
        return kilobytes_per_connection(server, request, IDLE_CONNECTIONS, tls)


def hold_many(load, command):
    """Holds HELD_CONNECTIONS and makes a call beside them; gives KiB for each."""
    with Server(command) as server:
        request = one_call(COUNT.encode(), load.message)
        held = connect(server, HELD_CONNECTIONS - 10, request)
        load.unary(server, COUNT, 1_000)
        kilobytes = server.resident_bytes() / len(held) / 1024
        for connection in held:
            connection.close()
        return kilobytes


ROWS = [
    ("unary", "µs of CPU per unary call"),
    ("unary, in a task", "µs of CPU per unary call whose handler may suspend"),
    ("unary, GET", "µs of CPU per GET"),
    ("streamed", "µs of CPU per streamed message of 130 bytes"),
    ("p50", f"µs, median of calls at {RATE} a second"),
    ("p99", f"µs, 99th percentile of calls at {RATE} a second"),
    ("idle", f"KiB per idle connection, of {IDLE_CONNECTIONS}"),
]


def report(rounds, names):
    for key, title in ROWS:
        print(f"\n{title}")
        for name in names:
            values = [each[name, key] for each in rounds if (name, key) in each]
            if not values:
                continue
            line = f"  {name:14}{statistics.median(values):9.2f}"
            line += f"  [{min(values):.2f}..{max(values):.2f}]"
            ratios = [each[OURS, key] / each[name, key] for each in rounds if (OURS, key) in each]
            if name in (OURS_TLS, OURS_MUTUAL_TLS):
                line += f"  {1 / statistics.median(ratios):.2f} of that without"
            elif name != OURS and ratios:
                line += f"  {OURS} takes {statistics.median(ratios):.2f} of it"
            print(line)


def main():
    count, *servers = sys.argv[1:]
    commands = {name: [path] for name, path in (each.split("=", 1) for each in servers)}
    rounds = []
    with tempfile.TemporaryDirectory() as directory:
        load = Load(directory)
        certificates = Certificates(directory)
        for _ in range(int(count)):
            results = {}
            names = ["nghttpd", OURS_TLS, OURS_MUTUAL_TLS, *commands]
            for name in random.sample(names, len(names)):
                if name == "nghttpd":
                    measured = measure_floor(load, directory)
                elif name == OURS_TLS:
                    measured = measure_tls(load, commands[OURS], certificates)
                elif name == OURS_MUTUAL_TLS:
                    kilobytes = idle_with_tls(load, commands[OURS], certificates, is_mutual=True)
                    measured = [("idle", kilobytes)]
                else:
                    measured = measure(load, commands[name], name == OURS)
                for key, value in measured:
                    results[name, key] = value
            rounds.append(results)
        peers = [name for name in commands if name != OURS]
        report(rounds, ["nghttpd", OURS, OURS_TLS, OURS_MUTUAL_TLS, *peers])
        held = hold_many(load, commands[OURS])
    print(f"\n{HELD_CONNECTIONS} idle connections held, calls served beside them: {held:.1f} KiB each")


if __name__ == "__main__":
    main()
