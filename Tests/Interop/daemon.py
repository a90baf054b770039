"""Starts, stops and kills the real detectd, for the tests, the demo and the benchmarks."""

import os
import re
import signal
import subprocess
import threading
import time

import grpc
from detect.v1 import (
    detect_service_pb2_grpc,
    metric_ingestion_service_pb2_grpc,
    thing_registry_service_pb2_grpc,
)

LISTENING = re.compile(r"listening on (\S+:\d+)")


class StartFailure(Exception):
    """The daemon ended instead of listening."""

    def __init__(self, code, output):
        super().__init__(f"exit code {code}: {output}")
        self.code = code
        self.output = output


class Daemon:
    """A detectd on a data directory, listening on a free port once `start` has returned."""

    def __init__(
        self, executable, data_dir, *options, listen="127.0.0.1:0", prefix=(), environment=None
    ):
        """`prefix` is a command that ends in executing another; `environment` is added to ours."""
        self.command = [*prefix, executable, "--data-dir", str(data_dir), "--listen", listen]
        self.command += options
        self._environment = {**os.environ, **(environment or {})}
        self._channels = []
        self.process = None
        self.address = None
        self.log = []

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.kill()

    def start(self):
        """Starts the process and waits until it listens; raises StartFailure if it ends before."""
        self.process = subprocess.Popen(
            self.command, stderr=subprocess.PIPE, text=True, env=self._environment
        )
        self.log = []
        for line in self.process.stderr:
            self.log.append(line)
            if match := LISTENING.search(line):
                self.address = match[1]
                break
        else:
            raise StartFailure(self.process.wait(), "".join(self.log))
        # What it says late does not belong to the log of the process after it.
        arguments = [self.process, self.log]
        threading.Thread(target=self._read_log, args=arguments, daemon=True).start()
        return self

    @staticmethod
    def _read_log(process, log):
        for line in process.stderr:
            log.append(line)

    def wait_for_log(self, text, timeout=20):
        """Waits until a line of the log has this text."""
        end = time.monotonic() + timeout
        while not any(text in line for line in self.log):
            if time.monotonic() > end:
                raise TimeoutError(f'no "{text}" in the log: {self.log}')
            time.sleep(0.01)

    def stop(self, timeout=20):
        """Asks the process to stop, and returns its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait(timeout)

    def kill(self):
        """Ends the process in the middle of whatever it does."""
        self.process.kill()
        return self.wait()

    def wait(self, timeout=20):
        code = self.process.wait(timeout)
        for channel in self._channels:
            channel.close()
        self._channels = []
        return code

    def channel(self, credentials=None):
        """A connection of its own, behind TLS if there are credentials for it."""
        options = [("grpc.use_local_subchannel_pool", 1)]
        if credentials:
            port = self.address.rpartition(":")[2]
            channel = grpc.secure_channel(f"localhost:{port}", credentials, options)
        else:
            channel = grpc.insecure_channel(self.address, options)
        self._channels.append(channel)
        return channel


class Client:
    """The three services over one connection."""

    def __init__(self, daemon, credentials=None):
        self.channel = daemon.channel(credentials)
        self.detect = detect_service_pb2_grpc.DetectStub(self.channel)
        self.registry = thing_registry_service_pb2_grpc.ThingRegistryStub(self.channel)
        self.ingestion = metric_ingestion_service_pb2_grpc.MetricIngestionStub(self.channel)
