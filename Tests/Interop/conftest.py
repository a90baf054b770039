"""What the tests share: a daemon, a client of it, names that nobody else uses."""

import os
import pathlib
import subprocess
import uuid

import pytest
from daemon import Client, Daemon
from faults import Faults

EXECUTABLE = os.environ.get("DETECTD") or str(
    pathlib.Path(__file__).parents[2] / ".build/debug/detectd"
)


@pytest.fixture
def daemon_on():
    """Makes daemons on a data directory; those still running at the end of the test are ended."""
    daemons = []

    def make(data_dir, *options, **settings):
        daemon = Daemon(EXECUTABLE, data_dir, *options, **settings)
        daemons.append(daemon)
        return daemon

    yield make
    for daemon in daemons:
        if daemon.process and daemon.process.poll() is None:
            daemon.kill()


@pytest.fixture
def detectd():
    """Runs a command of detectd to its end."""

    def run(*arguments, **settings):
        command = [EXECUTABLE, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, **settings)

    return run


@pytest.fixture(scope="session")
def shared_daemon(tmp_path_factory):
    """One daemon for the tests that need nothing but an API. It must stop well at the end."""
    with Daemon(EXECUTABLE, tmp_path_factory.mktemp("shared") / "data") as daemon:
        yield daemon
        assert daemon.stop() == 0


@pytest.fixture
def client(shared_daemon):
    return Client(shared_daemon)


@pytest.fixture
def unique():
    """Makes a name that no other test uses."""
    return lambda prefix="name": f"{prefix}-{uuid.uuid4()}"


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    path = tmp_path_factory.mktemp("faults") / "faults.so"
    source = pathlib.Path(__file__).with_name("faults.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", path, source, "-ldl"], check=True)
    return path


@pytest.fixture
def faults(library, tmp_path):
    return Faults(library, tmp_path / "faults")
