"""Runs gRPC's interop cases against the test service on Sources/RPC, with clients that others wrote, and
writes the table of docs/interop.md. Fails if a case fails.

usage: interop.py SERVER DOCUMENT, with GRPC_CPP_CLIENT in the environment
"""

import contextlib
import importlib.metadata
import pathlib
import re
import socket
import subprocess
import sys
import threading
import traceback

import buf_cases
import grpc_cpp_cases
import grpcio_cases
import grpclib_cases

LISTENING = re.compile(r"listening on 127\.0\.0\.1:(\d+)")

# What may come back in a case whose responses are compressed: clients do not tell. In each of the two, one
# large response comes plain and another one packed, and the second once more in the other order.
RECEIVED = {
    "server_compressed_unary": range(314_159, 330_000),
    "server_compressed_streaming": range(92_653 + 31_415, 92_653 + 31_415 + 10_000),
}


class Relay:
    """Forwards connections to a port and counts what comes back, for grpcio does not tell whether a
    response was compressed."""

    def __init__(self, port):
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.received = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            client, _ = self._listener.accept()
            server = socket.create_connection(("127.0.0.1", self._target))
            for pair in ((client, server, False), (server, client, True)):
                threading.Thread(target=self._move, args=pair, daemon=True).start()

    def _move(self, source, target, is_counted):
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                self.received += len(data) if is_counted else 0
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def serving(executable):
    """Yields the port of a server."""
    process = subprocess.Popen([executable], stderr=subprocess.PIPE, text=True)
    try:
        yield next(int(match[1]) for line in process.stderr if (match := LISTENING.search(line)))
    finally:
        process.kill()
        process.wait()


def clients():
    """The clients by what they are called in the table."""
    versions = {name: importlib.metadata.version(name) for name in ("grpcio", "grpclib", "buf-bin")}
    cpp = subprocess.run(
        ["pkg-config", "--modversion", "grpc++"], capture_output=True, text=True, check=True
    )
    return {
        f"Python grpcio {versions['grpcio']}": grpcio_cases,
        f"gRPC C++ {cpp.stdout.strip()}": grpc_cpp_cases,
        f"grpclib {versions['grpclib']}": grpclib_cases,
        f"buf curl {versions['buf-bin']}": buf_cases,
    }


def names(cases):
    return [name for name in vars(cases) if not name.startswith("_")]


def run(module, relay):
    """Runs every case of a client; gives whether it passed, by its name."""
    cases, results = module.Cases(relay.port), {}
    for name in names(module.Cases):
        relay.received = 0
        try:
            getattr(cases, name)()
            if name in RECEIVED:
                assert relay.received in RECEIVED[name], f"{relay.received} bytes came back"
        except Exception:  # A case that fails in any way has failed, and the others still count.
            traceback.print_exc()
            results[name] = False
        else:
            results[name] = True
        print("passes" if results[name] else "FAILS ", module.__name__, name, flush=True)
    return results


def document(results):
    words = {True: "passes", False: "**fails**", None: "–"}
    rows = [f"| Case | {' | '.join(results)} |", "|---|" + "---|" * len(results)]
    for name in names(grpcio_cases.Cases):
        cells = (words[passed.get(name)] for passed in results.values())
        rows.append(f"| `{name}` | {' | '.join(cells)} |")
    table = "\n".join(rows)
    return f"""# Interop

The cases of gRPC's interop descriptions that a server takes part in, against
`grpc.testing.TestService` served by `Sources/RPC`. Written by `make interop`.

{table}

A dash is a case that the client has no means for: grpclib knows no compression, buf curl compresses no
request, cancels nothing and knows no deadline of a millisecond. Whether a response came compressed is
told by the bytes that came, since no client says it. Left out are the cases that test only a client,
and those of authentication.
"""


def main():
    executable, path = sys.argv[1:]
    with serving(executable) as port:
        relay = Relay(port)
        results = {name: run(module, relay) for name, module in clients().items()}
    pathlib.Path(path).write_text(document(results))
    sys.exit(not all(ok for passed in results.values() for ok in passed.values()))


if __name__ == "__main__":
    main()
