"""The cases with Python's grpcio, which is gRPC's core in C."""

import contextlib
import os
import queue

import grpc
from messages import SECONDS, SPECIAL_MESSAGE, asking, large, pb, services, streamed, true


class Cases:
    """The cases by their names in the descriptions."""

    def __init__(self, port):
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
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
            request = large(response_compressed=pb.BoolValue(value=is_compressed))
            response = self._stub.UnaryCall(request, timeout=SECONDS)
            assert response.payload.body == bytes(314159)

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
            responses = list(self._stub.StreamingOutputCall(request, timeout=SECONDS))
            assert [len(r.payload.body) for r in responses] == [31415, 92653]

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
        self._echo_status(2, "UNKNOWN", SPECIAL_MESSAGE)

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
