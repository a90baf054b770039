"""Hostile peers beside a client that behaves: for each, how long that client's calls take, what the
server's memory comes to, and how the offender ends. Prints a table.

usage: flood.py SERVER
"""

import contextlib
import socket
import struct
import sys
import threading
import time

from bench import COUNT, COUNT_ALL, framed, sample
from servers import PREFACE, Server, http2_frame, literal, one_call

SECONDS = 4
CODES = {0: "NO_ERROR", 1: "PROTOCOL_ERROR", 3: "FLOW_CONTROL_ERROR", 9: "COMPRESSION_ERROR"}
CODES |= {11: "ENHANCE_YOUR_CALM"}
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS = 0, 1, 2, 3, 4
PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 6, 7, 8, 9
END_STREAM, END_HEADERS = 1, 4


def block(path=COUNT.encode()):
    fields = [(b":method", b"POST"), (b":scheme", b"http"), (b":path", path)]
    fields += [(b":authority", b"t"), (b"te", b"trailers"), (b"content-type", b"application/grpc")]
    return b"".join(literal(*field) for field in fields)


def number(value):
    return struct.pack(">I", value)


def opened(stream, path=COUNT_ALL.encode()):
    return http2_frame(HEADERS, END_HEADERS, stream, block(path))


def repeated(piece):
    """The same bytes without end, many at once."""
    many = piece * (1 + 16_384 // len(piece))
    while True:
        yield many


def rapid_reset():
    for stream in range(1, 1 << 30, 2):
        yield opened(stream) + http2_frame(RST_STREAM, 0, stream, number(8))


def abandoned():
    for stream in range(1, 1 << 30, 2):
        yield opened(stream)


def continuations():
    yield http2_frame(HEADERS, 0, 1, block())
    yield from repeated(http2_frame(CONTINUATION, 0, 1))


def hpack_bomb():
    # A field of 4,000 bytes goes into the table; then each byte is that field again.
    field = b"\x40\x01x\x7f\xa1\x1e" + b"a" * 4_000
    bomb = b"\x83\x86\x84\x01\x01t" + field + b"\xbe" * 12_000
    for stream in range(1, 1 << 30, 2):
        yield http2_frame(HEADERS, END_HEADERS | END_STREAM, stream, bomb)


def empty_data():
    yield opened(1)
    yield from repeated(http2_frame(DATA, 0, 1))


def window_overflow():
    yield from repeated(http2_frame(WINDOW_UPDATE, 0, 0, number(0x7FFFFFFF)))


def four_gigabytes():
    for stream in range(1, 1 << 30, 2):
        yield opened(stream, COUNT.encode()) + http2_frame(DATA, 0, stream, b"\0\xff\xff\xff\xff")


def half_messages():
    for stream in range(1, 1 << 30, 2):
        begun = http2_frame(DATA, 0, stream, b"\0\0\1\0\0" + bytes(16_000))
        yield opened(stream, COUNT.encode()) + begun


def garbage():
    while True:
        yield b"GET / HTTP/1.1\r\nHost: t\r\n\r\n"


FLOODS = {
    "nobody": None,
    "rapid reset": rapid_reset,
    "CONTINUATION": continuations,
    "SETTINGS": lambda: repeated(http2_frame(SETTINGS, 0, 0)),
    "PING": lambda: repeated(http2_frame(PING, 0, 0, bytes(8))),
    "PRIORITY": lambda: repeated(http2_frame(PRIORITY, 0, 3, bytes(5))),
    "empty DATA": empty_data,
    "HPACK bomb": hpack_bomb,
    "WINDOW_UPDATE overflow": window_overflow,
    "length prefix of 4 GiB": four_gigabytes,
    "messages without end": half_messages,
    "streams abandoned": abandoned,
    "not HTTP/2": garbage,
}


class Offender(threading.Thread):
    """Floods on one connection after another, and notes how the last one ended."""

    def __init__(self, port, flood):
        super().__init__(daemon=True)
        self._port, self._flood = port, flood
        self.connections, self.ends = 0, set()
        self.is_stopping = False

    def run(self):
        while not self.is_stopping:
            self.connections += 1
            with socket.create_connection(("127.0.0.1", self._port)) as connection:
                self._flood_on(connection)

    def _flood_on(self, connection):
        received = b""
        connection.settimeout(0.5)
        with contextlib.suppress(OSError):
            if self._flood is not garbage:
                connection.sendall(PREFACE + http2_frame(SETTINGS, 0, 0))
            for piece in self._flood():
                connection.sendall(piece)
                if self.is_stopping:
                    break
        with contextlib.suppress(OSError):
            while data := connection.recv(1 << 16):
                received += data
        self.ends.add(end_of(received) if not self.is_stopping else "still connected")


def end_of(received):
    """What the last GOAWAY says."""
    end, position = "closed", 0
    while position + 9 <= len(received):
        length = int.from_bytes(received[position : position + 3], "big")
        if received[position + 3] == GOAWAY:
            code = int.from_bytes(received[position + 13 : position + 17], "big")
            end = CODES.get(code, str(code))
        position += 9 + length
    return end


class Witness:
    """A client that makes one call after another on a connection of its own."""

    def __init__(self, port):
        self._connection = socket.create_connection(("127.0.0.1", port))
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection.settimeout(10)
        self._connection.sendall(one_call(COUNT.encode(), framed(sample())))
        self._read_response()
        self._stream = 1

    def microseconds(self):
        self._stream += 2
        frames = opened(self._stream, COUNT.encode())
        frames += http2_frame(DATA, END_STREAM, self._stream, framed(sample()))
        begin = time.perf_counter()
        self._connection.sendall(frames)
        self._read_response()
        return (time.perf_counter() - begin) * 1e6

    def _read_response(self):
        received = b""
        while True:
            received += self._connection.recv(1 << 16)
            position = 0
            while position + 9 <= len(received):
                length = int.from_bytes(received[position : position + 3], "big")
                # Trailers: the last HEADERS of the call.
                if received[position + 3] == HEADERS and received[position + 4] & END_STREAM:
                    return
                position += 9 + length


def measure(command, flood):
    with Server(command) as server:
        witness = Witness(server.port)
        offender = Offender(server.port, flood)
        if flood:
            offender.start()
        times, most, end = [], 0, time.monotonic() + SECONDS
        while time.monotonic() < end:
            times.append(witness.microseconds())
            most = max(most, server.resident_bytes())
            time.sleep(0.001)
        offender.is_stopping = True
        times.sort()
        ends = ", ".join(sorted(offender.ends)) or ("still connected" if flood else "")
        return times[len(times) // 2], times[len(times) * 99 // 100], most, offender.connections, ends


def main():
    print("| Beside | Median, µs | 99th percentile, µs | Server, MB | Connections | They end with |")
    print("|---|---|---|---|---|---|")
    for name, flood in FLOODS.items():
        median, high, most, connections, ends = measure([sys.argv[1]], flood)
        figures = f"{median:.0f} | {high:.0f} | {most / 1e6:.0f} | {connections}"
        print(f"| {name} | {figures} | {ends} |", flush=True)


if __name__ == "__main__":
    main()
