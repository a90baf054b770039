"""Runs gRPC's interop cases against the test service on Sources/RPC, with grpcio for a client, and
writes the table of docs/interop.md. Fails if a case fails.

usage: interop.py SERVER DOCUMENT
"""

import contextlib
import os
import pathlib
import queue
import re
import socket
import subprocess
import sys
import threading
import traceback

import grpc

LISTENING = re.compile(r"listening on 127\.0\.0\.1:(\d+)")
SECONDS = 20
sys.path.insert(0, str(pathlib.Path(__file__).parent))
pb, services = grpc.protos_and_services("interop.proto")


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


class Cases:
    """The cases by their names in the descriptions."""

    def __init__(self, relay):
        self._relay = relay
        self._channel = grpc.insecure_channel(f"127.0.0.1:{relay.port}")
        self._stub = services.TestServiceStub(self._channel)

    def empty_unary(self):
        assert self._stub.EmptyCall(pb.Empty(), timeout=SECONDS) == pb.Empty()

    def large_unary(self):
        response = self._stub.UnaryCall(large(), timeout=SECONDS)
        assert response.payload.body == bytes(314159)

    def client_compressed_unary(self):
        # A server that does not look at the flag would take this.
        refuses(self._stub.UnaryCall, large(expect_compressed=true()), "INVALID_ARGUMENT")
        for is_compressed in (True, False):
            response = self._stub.UnaryCall(
                large(expect_compressed=pb.BoolValue(value=is_compressed)),
                compression=grpc.Compression.Gzip if is_compressed else None,
                timeout=SECONDS,
            )
            assert response.payload.body == bytes(314159)

    def server_compressed_unary(self):
        for is_compressed in (True, False):
            with self._received() as count:
                request = large(response_compressed=pb.BoolValue(value=is_compressed))
                response = self._stub.UnaryCall(request, timeout=SECONDS)
            assert response.payload.body == bytes(314159)
            assert (count() < 10_000) == is_compressed, count()

    def client_streaming(self):
        requests = (streamed(bytes(size)) for size in (27182, 8, 1828, 45904))
        response = self._stub.StreamingInputCall(requests, timeout=SECONDS)
        assert response.aggregated_payload_size == 74922

    def client_compressed_streaming(self):
        request = streamed(bytes(27182), expect_compressed=true())
        refuses(self._stub.StreamingInputCall, iter([request]), "INVALID_ARGUMENT")
        # grpcio compresses each message of such a call, but for one that would not become shorter.
        requests = [
            streamed(bytes(27182), expect_compressed=true()),
            streamed(os.urandom(45904), expect_compressed=pb.BoolValue(value=False)),
        ]
        response = self._stub.StreamingInputCall(
            iter(requests), compression=grpc.Compression.Gzip, timeout=SECONDS
        )
        assert response.aggregated_payload_size == 73086

    def server_streaming(self):
        sizes = (31415, 9, 2653, 58979)
        responses = self._stub.StreamingOutputCall(asking(*sizes), timeout=SECONDS)
        assert [len(r.payload.body) for r in responses] == list(sizes)

    def server_compressed_streaming(self):
        for first, second in ((True, False), (False, True)):
            request = asking(31415, 92653)
            request.response_parameters[0].compressed.value = first
            request.response_parameters[1].compressed.value = second
            with self._received() as count:
                responses = list(self._stub.StreamingOutputCall(request, timeout=SECONDS))
            assert [len(r.payload.body) for r in responses] == [31415, 92653]
            plain = 92653 if first else 31415
            assert plain < count() < plain + 5_000, count()

    def ping_pong(self):
        requests = queue.SimpleQueue()
        responses = self._stub.FullDuplexCall(iter(requests.get, None), timeout=SECONDS)
        for request_size, size in ((27182, 31415), (8, 9), (1828, 2653), (45904, 58979)):
            requests.put(asking(size, payload=pb.Payload(body=bytes(request_size))))
            assert next(responses).payload.body == bytes(size)
        requests.put(None)
        assert list(responses) == []

    def empty_stream(self):
        assert list(self._stub.FullDuplexCall(iter([]), timeout=SECONDS)) == []

    def custom_metadata(self):
        initial = ("x-grpc-test-echo-initial", "test_initial_metadata_value")
        trailing = ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab")
        options = {"metadata": [initial, trailing], "timeout": SECONDS}
        _, unary = self._stub.UnaryCall.with_call(large(), **options)
        stream = self._stub.FullDuplexCall(iter([asking(314159)]), **options)
        assert len(list(stream)) == 1
        for call in (unary, stream):
            assert initial in call.initial_metadata()
            assert trailing in call.trailing_metadata()

    def status_code_and_message(self):
        self._echo_status(2, "UNKNOWN", "test status message")

    def special_status_message(self):
        text = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
        self._echo_status(2, "UNKNOWN", text)

    def _echo_status(self, code, name, text):
        status = pb.EchoStatus(code=code, message=text)
        refuses(self._stub.UnaryCall, pb.SimpleRequest(response_status=status), name, text)
        request = pb.StreamingOutputCallRequest(response_status=status)
        refuses(self._stub.FullDuplexCall, iter([request]), name, text)

    def unimplemented_method(self):
        refuses(self._stub.UnimplementedCall, pb.Empty(), "UNIMPLEMENTED")

    def unimplemented_service(self):
        stub = services.UnimplementedServiceStub(self._channel)
        refuses(stub.UnimplementedCall, pb.Empty(), "UNIMPLEMENTED")

    def cancel_after_begin(self):
        requests = queue.SimpleQueue()
        call = self._stub.StreamingInputCall.future(iter(requests.get, None), timeout=SECONDS)
        call.cancel()
        assert call.code() == grpc.StatusCode.CANCELLED
        requests.put(None)

    def cancel_after_first_response(self):
        requests = queue.SimpleQueue()
        requests.put(asking(31415, payload=pb.Payload(body=bytes(27182))))
        call = self._stub.FullDuplexCall(iter(requests.get, None), timeout=SECONDS)
        assert next(call).payload.body == bytes(31415)
        call.cancel()
        with contextlib.suppress(grpc.RpcError):
            next(call)
        assert call.code() == grpc.StatusCode.CANCELLED
        requests.put(None)

    def timeout_on_sleeping_server(self):
        request = asking(31415, payload=pb.Payload(body=bytes(27182)))
        request.response_parameters[0].interval_us = 10_000_000
        call = self._stub.FullDuplexCall(iter([request]), timeout=0.001)
        with contextlib.suppress(grpc.RpcError):
            list(call)
        assert call.code() == grpc.StatusCode.DEADLINE_EXCEEDED

    @contextlib.contextmanager
    def _received(self):
        """Yields a function that tells how many bytes came back since."""
        before = self._relay.received
        yield lambda: self._relay.received - before


def true():
    return pb.BoolValue(value=True)


def large(**options):
    payload = pb.Payload(body=bytes(271828))
    return pb.SimpleRequest(response_size=314159, payload=payload, **options)


def streamed(body, **options):
    return pb.StreamingInputCallRequest(payload=pb.Payload(body=body), **options)


def asking(*sizes, **options):
    parameters = [pb.ResponseParameters(size=size) for size in sizes]
    return pb.StreamingOutputCallRequest(response_parameters=parameters, **options)


def refuses(method, request, code, text=None):
    """Calls, and requires that the call ends with this status."""
    try:
        result = method(request, timeout=SECONDS)
        if isinstance(result, grpc.Call):
            list(result)
    except grpc.RpcError as error:
        assert error.code().name == code, error
        assert text is None or error.details() == text, error.details()
    else:
        raise AssertionError(f"{code} was expected")


@contextlib.contextmanager
def serving(executable):
    """Yields the port of a server."""
    process = subprocess.Popen([executable], stderr=subprocess.PIPE, text=True)
    try:
        yield next(int(match[1]) for line in process.stderr if (match := LISTENING.search(line)))
    finally:
        process.kill()
        process.wait()


def run(cases):
    """Runs every case; gives (name, whether it passed)."""
    names = [name for name in vars(Cases) if not name.startswith("_")]
    for name in names:
        try:
            getattr(cases, name)()
        except Exception:  # A case that fails in any way has failed, and the others still count.
            traceback.print_exc()
            yield name, False
        else:
            yield name, True


def document(results):
    rows = "\n".join(f"| `{name}` | {'passes' if ok else '**fails**'} |" for name, ok in results)
    return f"""# Interop

The cases of gRPC's interop descriptions that a server takes part in, against
`grpc.testing.TestService` served by `Sources/RPC`. Written by `make interop`.

| Case | Python grpcio {grpc.__version__} |
|---|---|
{rows}

Whether a response came compressed is told by the bytes that came, since grpcio does not say it. Left
out are the cases that test only a client, and those of authentication.
"""


def main():
    executable, path = sys.argv[1:]
    with serving(executable) as port:
        results = list(run(Cases(Relay(port))))
    pathlib.Path(path).write_text(document(results))
    for name, ok in results:
        print("passes" if ok else "FAILS ", name)
    sys.exit(not all(ok for _, ok in results))


if __name__ == "__main__":
    main()
