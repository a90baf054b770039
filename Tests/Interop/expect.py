"""Sentences that tests say often."""

import contextlib
import time

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

INVALID = (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST_EXCEPTION")
NOT_FOUND = (grpc.StatusCode.NOT_FOUND, "RESOURCE_NOT_FOUND_EXCEPTION")
ALREADY_EXISTS = (grpc.StatusCode.ALREADY_EXISTS, "RESOURCE_ALREADY_EXISTS_EXCEPTION")
VERSION_CONFLICT = (grpc.StatusCode.ABORTED, "VERSION_CONFLICT_EXCEPTION")
LIMIT_EXCEEDED = (grpc.StatusCode.FAILED_PRECONDITION, "LIMIT_EXCEEDED_EXCEPTION")


@contextlib.contextmanager
def refused(expected, field=None):
    """The call inside must fail with this code and AWS exception, and name this field if given."""
    with pytest.raises(grpc.RpcError) as caught:
        yield
    error = caught.value
    assert (error.code(), details(error)["ErrorInfo"].reason) == expected, error.details()
    if field is not None:
        assert field in [v.field for v in details(error)["BadRequest"].field_violations]


def details(error):
    """The details of a failed call by the names of their types."""
    status = rpc_status.from_call(error)
    assert status.code == error.code().value[0] and status.message == error.details()
    unpacked = {}
    for any_message in status.details:
        name = any_message.type_url.rpartition(".")[2]
        message = getattr(error_details_pb2, name)()
        assert any_message.Unpack(message)
        unpacked[name] = message
    return unpacked


def pages(call, request, items):
    """Every item of a list, page by page, and the number of pages."""
    found, count = [], 0
    while True:
        response = call(request)
        found += getattr(response, items)
        count += 1
        if not response.next_token:
            return found, count
        request.next_token = response.next_token


def now():
    return time.time_ns() // 1_000_000
