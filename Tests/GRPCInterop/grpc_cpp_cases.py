"""The cases with gRPC's own client in C++, a program that runs one of them."""

import os
import subprocess

import grpcio_cases


def _case(name):
    def run(self):
        command = [os.environ["GRPC_CPP_CLIENT"], str(self._port), name]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert result.returncode == 0, result.stderr

    return run


class Cases:
    def __init__(self, port):
        self._port = port


for each in vars(grpcio_cases.Cases):
    if not each.startswith("_"):
        setattr(Cases, each, _case(each))
