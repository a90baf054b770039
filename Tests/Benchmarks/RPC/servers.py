"""The servers that are measured: started on one core, their load made from the other."""

import contextlib
import os
import pathlib
import re
import socket
import struct
import subprocess
import time

SERVER_CORE, CLIENT_CORE = 0, 1
TICK = 1 / os.sysconf("SC_CLK_TCK")
LISTENING = re.compile(r"listening on 127\.0\.0\.1:(\d+)")
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def on_core(core, command):
    return ["taskset", "--cpu-list", str(core), *command]


class Server:
    """A process that serves until it is closed."""

    def __init__(self, command, port=None, has_tls=False):
        self.has_tls = has_tls
        self._process = subprocess.Popen(
            on_core(SERVER_CORE, command), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        self.port = port or self._announced_port()
        while True:
            with contextlib.suppress(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", self.port)).close()
                break
            time.sleep(0.05)

    def _announced_port(self):
        for line in self._process.stderr:
            if match := LISTENING.search(line.decode()):
                return int(match[1])
        raise RuntimeError(f"{self._process.args} does not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._process.stderr.close()

    def cpu_seconds(self):
        return cpu_seconds(self._process.pid)

    def resident_bytes(self):
        return resident_bytes(self._process.pid)


def cpu_seconds(pid):
    """User and system time of all threads of a process, as the kernel accounts for it."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK


def resident_bytes(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024


def nghttpd(directory):
    """nghttp2's own server, with a file as large as a response: the floor."""
    pathlib.Path(directory, "file").write_bytes(bytes(12))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["--no-tls", f"--htdocs={directory}", "--address=127.0.0.1", str(port)]
    return Server(["nghttpd", *options], port)


def literal(name, value):
    """A header field that HPACK neither indexes nor compresses."""
    return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value


def http2_frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def one_call(path, body):
    """The bytes of a connection that makes one call: preface, SETTINGS, HEADERS, DATA."""
    fields = [(b":method", b"POST"), (b":scheme", b"http"), (b":path", path)]
    fields += [(b":authority", b"bench"), (b"te", b"trailers")]
    fields += [(b"content-type", b"application/grpc")]
    block = b"".join(literal(*field) for field in fields)
    frames = [http2_frame(4, 0, 0), http2_frame(1, 4, 1, block), http2_frame(0, 1, 1, body)]
    return PREFACE + b"".join(frames)
