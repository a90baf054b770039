"""What the tests of the AWS face share: a daemon that speaks it, boto3 clients, and the aws CLI."""

import json
import os
import pathlib
import re
import subprocess
import sys
import uuid

import boto3
import botocore.config
import pytest

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "Tests/Interop"))

from daemon import Client, Daemon  # noqa: E402

EXECUTABLE = os.environ.get("DETECTD") or str(ROOT / ".build/debug/detectd")
SPOKEN = re.compile(r"the AWS protocol is spoken on (\S+)")
ARN = "arn:aws:iot:us-east-1:000000000000:"


class Face:
    """The AWS face of a daemon."""

    def __init__(self, daemon, scheme="http"):
        self.daemon = daemon
        daemon.wait_for_log("the AWS protocol is spoken on")
        address = next(match[1] for line in daemon.log if (match := SPOKEN.search(line)))
        self.address = address
        self.endpoint = f"{scheme}://{address.replace('127.0.0.1', 'localhost')}"
        self.grpc = Client(daemon)

    def client(self, key="any", secret="any", **options):
        """A client of boto3 that tries once."""
        return boto3.client(
            "iot",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            config=botocore.config.Config(retries={"max_attempts": 1}),
            **options,
        )

    def cli(self, *arguments, key="any", secret="any", code=0):
        """Runs `aws iot` and returns what it prints, as a value if it is JSON."""
        done = subprocess.run(
            [pathlib.Path(sys.executable).with_name("aws"), "iot", *arguments]
            + ["--endpoint-url", self.endpoint],
            capture_output=True,
            text=True,
            env=environment(key, secret),
        )
        assert done.returncode == code, done.stderr
        if code:
            return done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None


def environment(key="any", secret="any"):
    """An environment in which the aws CLI knows a region and keys, and nothing else."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | {
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": "/nonexistent",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
        "AWS_MAX_ATTEMPTS": "1",
    }


@pytest.fixture
def face_on():
    """Makes daemons that speak the AWS protocol; they end with the test."""
    daemons = []

    def make(data_dir, *options, scheme="http", **settings):
        daemon = Daemon(
            EXECUTABLE, data_dir, "--aws-listen", "127.0.0.1:0", *options, **settings
        )
        daemons.append(daemon)
        return Face(daemon.start(), scheme)

    yield make
    for daemon in daemons:
        if daemon.process and daemon.process.poll() is None:
            daemon.kill()


@pytest.fixture(scope="session")
def face(tmp_path_factory):
    """One daemon for the tests that need no more than names of their own."""
    data_dir = tmp_path_factory.mktemp("shared") / "data"
    with Daemon(EXECUTABLE, data_dir, "--aws-listen", "127.0.0.1:0") as daemon:
        yield Face(daemon)


@pytest.fixture
def iot(face):
    return face.client()


@pytest.fixture
def unique():
    """A name that no other test uses."""
    return lambda prefix: f"{prefix}-{uuid.uuid4().hex[:8]}"
