"""The cases with buf curl, which is connect-go on Go's HTTP/2. It has no way to compress a request, to
cancel, or to be told a deadline in milliseconds, so those cases are not its."""

import base64
import json
import pathlib
import subprocess
import sys

from messages import SPECIAL_MESSAGE

BUF = pathlib.Path(sys.executable).parent / "buf"
SCHEMA = pathlib.Path(__file__).parent


class Cases:
    def __init__(self, port):
        self._url = f"http://127.0.0.1:{port}/grpc.testing."

    def empty_unary(self):
        assert self._call("EmptyCall", {}) == [{}]

    def large_unary(self):
        assert body_sizes(self._call("UnaryCall", large())) == [314159]

    def server_compressed_unary(self):
        for is_compressed in (True, False):
            request = large() | {"responseCompressed": {"value": is_compressed}}
            assert body_sizes(self._call("UnaryCall", request)) == [314159]

    def client_streaming(self):
        requests = [{"payload": payload(size)} for size in (27182, 8, 1828, 45904)]
        [response] = self._call("StreamingInputCall", *requests)
        assert response == {"aggregatedPayloadSize": 74922}

    def server_streaming(self):
        sizes = [31415, 9, 2653, 58979]
        assert body_sizes(self._call("StreamingOutputCall", asking(*sizes))) == sizes

    def server_compressed_streaming(self):
        for first, second in ((True, False), (False, True)):
            request = asking(31415, 92653)
            request["responseParameters"][0]["compressed"] = {"value": first}
            request["responseParameters"][1]["compressed"] = {"value": second}
            assert body_sizes(self._call("StreamingOutputCall", request)) == [31415, 92653]

    def ping_pong(self):
        sizes = [31415, 9, 2653, 58979]
        requests = [
            asking(size) | {"payload": payload(request)}
            for request, size in zip((27182, 8, 1828, 45904), sizes)
        ]
        assert body_sizes(self._call("FullDuplexCall", *requests)) == sizes

    def empty_stream(self):
        assert self._call("FullDuplexCall") == []

    def custom_metadata(self):
        headers = ["x-grpc-test-echo-initial: test_initial_metadata_value"]
        headers += ["x-grpc-test-echo-trailing-bin: q6ur"]
        options = ["--verbose", *(f"--header={header}" for header in headers)]
        for method, request in (("UnaryCall", large()), ("FullDuplexCall", asking(314159))):
            said = self._run(method, [request], *options).stderr.lower()
            for header in headers:
                # Once as it is sent, once as it comes back.
                assert said.count(header.lower()) == 2, said[-2_000:]

    def status_code_and_message(self):
        self._echo_status("test status message")

    def special_status_message(self):
        self._echo_status(SPECIAL_MESSAGE)

    def unimplemented_method(self):
        self._refuses("TestService/UnimplementedCall", {}, "unimplemented")

    def unimplemented_service(self):
        self._refuses("UnimplementedService/UnimplementedCall", {}, "unimplemented")

    def _echo_status(self, text):
        request = {"responseStatus": {"code": 2, "message": text}}
        for method in ("UnaryCall", "FullDuplexCall"):
            self._refuses(f"TestService/{method}", request, "unknown", text)

    def _refuses(self, method, request, code, text=None):
        result = self._run(method, [request])
        error = json.loads(result.stderr)
        assert result.returncode != 0 and error["code"] == code, result.stderr
        assert text is None or error["message"] == text, result.stderr

    def _call(self, method, *requests):
        """The responses of a call that goes well."""
        result = self._run(method, requests)
        assert result.returncode == 0, result.stderr
        decoder, rest, responses = json.JSONDecoder(), result.stdout.strip(), []
        while rest:
            response, end = decoder.raw_decode(rest)
            responses.append(response)
            rest = rest[end:].strip()
        return responses

    def _run(self, method, requests, *options):
        path = method if "/" in method else f"TestService/{method}"
        command = [BUF, "curl", f"--schema={SCHEMA}", "--protocol=grpc", "--http2-prior-knowledge"]
        return subprocess.run(
            [*command, "--data=@-", *options, self._url + path],
            input="".join(json.dumps(request) for request in requests),
            capture_output=True,
            text=True,
            timeout=60,
        )


def payload(size):
    return {"body": base64.b64encode(bytes(size)).decode()}


def large():
    return {"responseSize": 314159, "payload": payload(271828)}


def asking(*sizes):
    return {"responseParameters": [{"size": size} for size in sizes]}


def body_sizes(responses):
    return [len(base64.b64decode(response["payload"]["body"])) for response in responses]
