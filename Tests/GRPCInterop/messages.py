"""What the cases send, for the clients in Python."""

import pathlib
import sys

import grpc

# How long a call may take.
SECONDS = 20
sys.path.insert(0, str(pathlib.Path(__file__).parent))
pb, services = grpc.protos_and_services("interop.proto")

SPECIAL_MESSAGE = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"


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
