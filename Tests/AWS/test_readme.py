"""Runs what the README says to those who come from AWS."""

import json
import os
import re
import socket
import subprocess
import sys

import conftest
from daemon import Daemon

BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def test_the_commands_of_the_readme(tmp_path):
    readme = (conftest.ROOT / "README.md").read_text()
    section = readme.partition("## Coming from AWS\n")[2].partition("\n## ")[0]
    server, *commands = (block.replace("8080", free_port) for block in BLOCK.findall(section))
    words = server.split()
    assert words[0] == "detectd"
    environment = conftest.environment() | {
        "PATH": f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"
    }
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"]:
        del environment[name]
    with Daemon(conftest.EXECUTABLE, tmp_path / "data", *words[3:]) as daemon:
        daemon.wait_for_log("the AWS protocol is spoken on")
        for block in commands:
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", block],
                capture_output=True,
                text=True,
                cwd=tmp_path,
                env=environment,
            )
            assert done.returncode == 0, done.stderr
    *_, thing, accepted, active = values(done.stdout)
    assert thing["thingName"] == accepted["thingName"] == "camera-7"
    assert accepted["status"] == "ACCEPTED"
    [violation] = active["activeViolations"]
    assert violation["thingName"] == "camera-7" and violation["behavior"]["name"] == "ports"


def values(text):
    """The JSON values that stand one after the other in a text."""
    decoder, found = json.JSONDecoder(), []
    while text := text.strip():
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:]
    return found


with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    free_port = str(probe.getsockname()[1])
