"""The cases with grpclib, which is Python from top to bottom, on hyper's h2. It knows no compression, so
the cases of compressed requests and responses are not its."""

import asyncio
import contextlib

from grpclib import GRPCError, Status
from grpclib.client import Channel, StreamStreamMethod, StreamUnaryMethod, UnaryStreamMethod
from grpclib.client import UnaryUnaryMethod
from messages import SECONDS, SPECIAL_MESSAGE, asking, large, pb, streamed

SERVICE = "/grpc.testing.TestService/"


class Cases:
    def __init__(self, port):
        self._port = port

    def empty_unary(self):
        assert self._run(lambda c: self._empty(c, SERVICE + "EmptyCall")) == pb.Empty()

    def large_unary(self):
        assert self._run(lambda c: self._unary(c)(large())).payload.body == bytes(314159)

    def client_streaming(self):
        requests = [streamed(bytes(size)) for size in (27182, 8, 1828, 45904)]
        response = self._run(lambda c: self._input(c)(requests))
        assert response.aggregated_payload_size == 74922

    def server_streaming(self):
        sizes = [31415, 9, 2653, 58979]
        responses = self._run(lambda c: self._output(c)(asking(*sizes)))
        assert [len(r.payload.body) for r in responses] == sizes

    def ping_pong(self):
        async def talk(channel):
            async with self._duplex(channel).open() as stream:
                for request, size in ((27182, 31415), (8, 9), (1828, 2653), (45904, 58979)):
                    await stream.send_message(asking(size, payload=pb.Payload(body=bytes(request))))
                    assert len((await stream.recv_message()).payload.body) == size
                await stream.end()
                assert await stream.recv_message() is None

        self._run(talk)

    def empty_stream(self):
        async def talk(channel):
            async with self._duplex(channel).open() as stream:
                await stream.send_request()
                await stream.end()
                assert await stream.recv_message() is None

        self._run(talk)

    def custom_metadata(self):
        sent = {
            "x-grpc-test-echo-initial": "test_initial_metadata_value",
            "x-grpc-test-echo-trailing-bin": b"\xab\xab\xab",
        }

        async def talk(channel, method, request):
            async with method.open(metadata=sent) as stream:
                await stream.send_message(request, end=True)
                await stream.recv_message()
                await stream.recv_trailing_metadata()
            initial, trailing = stream.initial_metadata, stream.trailing_metadata
            assert initial["x-grpc-test-echo-initial"] == "test_initial_metadata_value"
            assert trailing["x-grpc-test-echo-trailing-bin"] == b"\xab\xab\xab"

        self._run(lambda c: talk(c, self._unary(c), large()))
        self._run(lambda c: talk(c, self._duplex(c), asking(314159)))

    def status_code_and_message(self):
        self._echo_status("test status message")

    def special_status_message(self):
        self._echo_status(SPECIAL_MESSAGE)

    def unimplemented_method(self):
        path = SERVICE + "UnimplementedCall"
        self._refuses(lambda c: self._empty(c, path), Status.UNIMPLEMENTED)

    def unimplemented_service(self):
        path = "/grpc.testing.UnimplementedService/UnimplementedCall"
        self._refuses(lambda c: self._empty(c, path), Status.UNIMPLEMENTED)

    def cancel_after_begin(self):
        async def talk(channel):
            async with self._input(channel).open() as stream:
                await stream.send_request()
                await stream.cancel()
            # The connection is as good as before.
            await self._empty(channel, SERVICE + "EmptyCall")

        self._run(talk)

    def cancel_after_first_response(self):
        async def talk(channel):
            async with self._duplex(channel).open() as stream:
                await stream.send_message(asking(31415, payload=pb.Payload(body=bytes(27182))))
                assert len((await stream.recv_message()).payload.body) == 31415
                await stream.cancel()
            await self._empty(channel, SERVICE + "EmptyCall")

        self._run(talk)

    def timeout_on_sleeping_server(self):
        request = asking(31415, payload=pb.Payload(body=bytes(27182)))
        request.response_parameters[0].interval_us = 10_000_000
        with contextlib.suppress(asyncio.TimeoutError):
            try:
                self._run(lambda c: self._duplex(c)([request], timeout=0.001))
            except GRPCError as error:
                assert error.status == Status.DEADLINE_EXCEEDED, error
                return
            raise AssertionError("the deadline was expected to pass")

    def _echo_status(self, text):
        status = pb.EchoStatus(code=2, message=text)
        request = pb.SimpleRequest(response_status=status)
        self._refuses(lambda c: self._unary(c)(request), Status.UNKNOWN, text)
        requests = [pb.StreamingOutputCallRequest(response_status=status)]
        self._refuses(lambda c: self._duplex(c)(requests), Status.UNKNOWN, text)

    def _refuses(self, call, status, text=None):
        try:
            self._run(call)
        except GRPCError as error:
            assert error.status == status, error
            assert text is None or error.message == text, error.message
        else:
            raise AssertionError(f"{status} was expected")

    def _run(self, talk):
        """Runs a conversation on a channel of its own."""

        async def run():
            async with Channel("127.0.0.1", self._port) as channel:
                return await asyncio.wait_for(talk(channel), SECONDS)

        return asyncio.run(run())

    async def _empty(self, channel, path):
        return await UnaryUnaryMethod(channel, path, pb.Empty, pb.Empty)(pb.Empty())

    def _unary(self, channel):
        path = SERVICE + "UnaryCall"
        return UnaryUnaryMethod(channel, path, pb.SimpleRequest, pb.SimpleResponse)

    def _input(self, channel):
        path = SERVICE + "StreamingInputCall"
        request, response = pb.StreamingInputCallRequest, pb.StreamingInputCallResponse
        return StreamUnaryMethod(channel, path, request, response)

    def _output(self, channel):
        path = SERVICE + "StreamingOutputCall"
        request, response = pb.StreamingOutputCallRequest, pb.StreamingOutputCallResponse
        return UnaryStreamMethod(channel, path, request, response)

    def _duplex(self, channel):
        path = SERVICE + "FullDuplexCall"
        request, response = pb.StreamingOutputCallRequest, pb.StreamingOutputCallResponse
        return StreamStreamMethod(channel, path, request, response)
