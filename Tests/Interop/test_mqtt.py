"""Devices at a real broker: AWS's own agent, and paho-mqtt; with every party killed."""

import json
import random
import socket
import subprocess
import sys

import cbor2
import pytest
from authority import Authority
from broker import Broker, Device
from budgets import MQTT_CRASH_ROUNDS
from daemon import Client, StartFailure
from detect.v1 import metric_report_pb2 as pb
from expect import now
from faults import NONE, SYNC_ERROR
from model import create, count_behavior, ports_behavior
from test_violations import active

CONNECTED = "takes devices' reports from"


@pytest.fixture
def broker(tmp_path):
    broker = Broker(tmp_path / "broker").start()
    yield broker
    broker.stop()


@pytest.fixture
def devices():
    """Makes devices, which are disconnected at the end."""
    made = []

    def make(*arguments, **settings):
        made.append(Device(*arguments, **settings))
        return made[-1]

    yield make
    for device in made:
        device.close()


def report(number, *numbers):
    """A document in short names."""
    listening = {"pts": [{"pt": port} for port in numbers], "t": len(numbers)}
    return {"hed": {"rid": number, "v": "1.0"}, "met": {"tp": listening}}


def start(daemon_on, tmp_path, broker, *options, **settings):
    daemon = daemon_on(tmp_path / "data", "--mqtt", broker.url, *options, **settings).start()
    daemon.wait_for_log(CONNECTED)
    return daemon


def test_a_device_reports_and_is_answered(daemon_on, tmp_path, broker, devices):
    daemon = start(daemon_on, tmp_path, broker)
    client = Client(daemon)
    create(client, "known-ports-only", ports_behavior(22))
    lamp = devices(broker, "lamp")
    before = now()
    lamp.publish(report(1700000100, 22, 8080))
    kind, answer = lamp.answer()
    answer = json.loads(answer)
    assert before - 1000 <= answer.pop("timestamp") <= now() + 1000
    assert (kind, answer) == (
        "accepted",
        {"thingName": "lamp", "reportId": 1700000100, "status": "ACCEPTED"},
    )
    assert [v.thing_name for v in active(client)] == ["lamp"]

    lamp.publish(cbor2.dumps(report(1700000101, 22), indefinite_containers=True), "cbor", qos=0)
    kind, answer = lamp.answer()
    assert (kind, cbor2.loads(answer)["reportId"]) == ("accepted", 1700000101)
    assert active(client) == []

    lamp.publish({"hed": {"rid": 1, "v": "1.0"}, "met": {}, "cmet": {"x": {"number": 1}}})
    kind, answer = lamp.answer()
    answer = json.loads(answer)
    assert (kind, answer["status"]) == ("rejected", "REJECTED")
    assert answer["statusDetails"] == {
        "ErrorCode": "InvalidPayload",
        "ErrorMessage": "Malformed metrics report: cmet.x: a list is needed",
    }
    lamp.publish(b" " * (130 << 10))
    assert json.loads(lamp.answer()[1])["statusDetails"]["ErrorCode"] == "TooLarge"
    assert daemon.stop() == 0


def test_reports_wait_while_nobody_takes_them(daemon_on, tmp_path, broker, devices):
    daemon = start(daemon_on, tmp_path, broker)
    assert daemon.stop() == 0
    lamp = devices(broker, "lamp")
    for number in range(1, 41):
        lamp.publish(report(number, 22))
    lamp.close()
    # Also while the broker is started anew.
    broker.stop()
    broker.start()
    lamp = devices(broker, "lamp")
    daemon.start()
    answers = [json.loads(lamp.answer()[1])["reportId"] for _ in range(40)]
    assert answers == list(range(1, 41))


def test_a_broker_that_is_killed_is_found_again(daemon_on, tmp_path, broker, devices):
    daemon = start(daemon_on, tmp_path, broker)
    broker.kill()
    daemon.wait_for_log("no connection to mqtt://")
    daemon.log.clear()
    broker.start()
    daemon.wait_for_log(CONNECTED)
    lamp = devices(broker, "lamp")
    lamp.publish(report(1, 22))
    assert lamp.answer()[0] == "accepted"


def reported_ids(client, thing):
    """The values of a thing, which are the ids of its reports."""
    request = pb.ListMetricValuesRequest(
        thing_name=thing,
        metric_name="aws:num-established-tcp-connections",
        start_time=now() - 600_000,
        end_time=now() + 60_000,
        max_results=250,
    )
    found = []
    while True:
        page = client.ingestion.ListMetricValues(request)
        found += [datum.value.count for datum in page.metric_datum_list]
        if not page.next_token:
            return found
        request.next_token = page.next_token


def test_nothing_that_was_acknowledged_is_lost(daemon_on, tmp_path, broker, devices):
    """The daemon is killed at random moments while reports come."""
    source = random.Random(11)
    daemon = start(daemon_on, tmp_path, broker)
    create(Client(daemon), "keeps", count_behavior(1_000_000))
    lamp = devices(broker, "lamp")
    sent = 0
    for _ in range(MQTT_CRASH_ROUNDS):
        for _ in range(200):
            sent += 1
            connections = {"tc": {"ec": {"t": sent}}}
            lamp.publish({"hed": {"rid": sent, "v": "1.0"}, "met": connections})
            if source.random() < 0.01 and daemon.process.poll() is None:
                daemon.kill()
        if daemon.process.poll() is None:
            daemon.kill()
        daemon.start()
    daemon.wait_for_log(CONNECTED)
    sent += 1
    lamp.publish({"hed": {"rid": sent, "v": "1.0"}, "met": {"tc": {"ec": {"t": sent}}}})
    # Its answer comes behind those of all the others.
    while json.loads(lamp.answer()[1])["reportId"] != sent:
        pass
    assert reported_ids(Client(daemon), "lamp") == list(range(1, sent + 1))


def test_what_could_not_be_kept_is_sent_again(daemon_on, tmp_path, broker, devices, faults):
    """While the disk fails, nothing is acknowledged or answered."""
    daemon = start(daemon_on, tmp_path, broker, environment=faults.environment)
    lamp = devices(broker, "lamp")
    faults.disk(SYNC_ERROR)
    for number in range(1, 11):
        lamp.publish(report(number, 22))
    daemon.wait_for_log("reports were not taken")
    assert lamp.has_no_answer()
    daemon.kill()
    faults.disk(NONE)
    daemon.start()
    assert [json.loads(lamp.answer()[1])["reportId"] for _ in range(10)] == list(range(1, 11))


@pytest.fixture
def authority(tmp_path):
    authority = Authority(tmp_path / "authority")
    authority.issue("broker", "DNS:localhost,IP:127.0.0.1")
    for name in ["detectd", "lamp"]:
        authority.issue(name, f"DNS:{name}")
    return authority


def secure_lines(authority, *more):
    return [
        f"cafile {authority.path('ca.pem')}",
        f"certfile {authority.path('broker.pem')}",
        f"keyfile {authority.path('broker.key')}",
        "require_certificate true",
        "use_identity_as_username true",
        *more,
    ]


def secure_options(authority, name="detectd"):
    return [
        *["--mqtt-ca", authority.path("ca.pem")],
        *["--mqtt-certificate", authority.path(f"{name}.pem")],
        *["--mqtt-key", authority.path(f"{name}.key")],
    ]


def options(*values):
    return [str(value) for value in values]


def test_a_broker_with_tls_knows_devices_by_their_certificates(
    daemon_on, tmp_path, authority, devices
):
    """The access list of docs/devices.md: each device reports for itself alone."""
    rules = tmp_path / "acl"
    rules.write_text(
        "user detectd\n"
        "topic read $aws/things/+/defender/metrics/+\n"
        "topic write $aws/things/+/defender/metrics/+/+\n"
        "pattern write $aws/things/%u/defender/metrics/+\n"
        "pattern read $aws/things/%u/defender/metrics/+/+\n"
    )
    broker = Broker(tmp_path / "broker", *secure_lines(authority, f"acl_file {rules}")).start()
    try:
        url = f"mqtts://localhost:{broker.port}"
        daemon = daemon_on(
            tmp_path / "data", "--mqtt", url, *options(*secure_options(authority))
        ).start()
        daemon.wait_for_log(CONNECTED)
        tls = {
            "ca_certs": authority.path("ca.pem"),
            "certfile": authority.path("lamp.pem"),
            "keyfile": authority.path("lamp.key"),
        }
        lamp = devices(broker, "lamp", tls=tls)
        lamp.publish(report(1, 22))
        assert lamp.answer()[0] == "accepted"
        door = devices(broker, "door", tls=tls)  # By the lamp's certificate.
        door.publish(report(1, 22))
        # One record of TLS holds many packets.
        for number in range(2, 402):
            lamp.publish(report(number, 22), qos=number % 2)
        answers = {json.loads(lamp.answer()[1])["reportId"] for _ in range(2, 402)}
        assert answers == set(range(2, 402))
        assert door.has_no_answer()

        # Whom the daemon does not know it does not talk to.
        stranger = daemon_on(
            tmp_path / "other", "--mqtt", url, "--mqtt-client-id", "other"
        ).start()
        stranger.wait_for_log("certificate verify failed")
    finally:
        broker.stop()


def test_files_that_cannot_be_used_are_named_at_the_start(daemon_on, tmp_path):
    with pytest.raises(StartFailure) as failure:
        daemon_on(
            tmp_path / "data", *options("--mqtt", "mqtts://localhost", "--mqtt-ca", tmp_path / "no")
        ).start()
    assert failure.value.code == 66
    assert "the broker cannot be used" in failure.value.output


def test_a_broker_may_ask_for_a_password(daemon_on, tmp_path, devices):
    (tmp_path / "secret").write_text("let me in\n")
    (tmp_path / "secret").chmod(0o600)
    (tmp_path / "passwords").write_text("detectd:let me in\nlamp:lamp\n")
    subprocess.run(["mosquitto_passwd", "-U", tmp_path / "passwords"], check=True)
    lines = ["allow_anonymous false", f"password_file {tmp_path / 'passwords'}"]
    broker = Broker(tmp_path / "broker", *lines).start()
    try:
        refused = daemon_on(tmp_path / "other", "--mqtt", broker.url).start()
        refused.wait_for_log("Not authorized")
        named = ["--mqtt-username", "detectd"]
        by_file = options("--mqtt-password-file", tmp_path / "secret")
        daemon = start(daemon_on, tmp_path, broker, *named, *by_file)
        lamp = devices(broker, "lamp", user=("lamp", "lamp"))
        lamp.publish(report(1, 22))
        assert lamp.answer()[0] == "accepted"
        assert daemon.stop() == 0
        secret = {"DETECTD_MQTT_PASSWORD": "let me in"}
        start(daemon_on, tmp_path, broker, *named, environment=secret)
    finally:
        broker.stop()


def test_topics_may_begin_with_something_else(daemon_on, tmp_path, broker, devices):
    start(daemon_on, tmp_path, broker, "--mqtt-topic-prefix", "plant/things")
    lamp = devices(broker, "lamp", prefix="plant/things")
    lamp.publish(report(1, 22))
    assert lamp.answer()[0] == "accepted"


def can_listen_on(port):
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("document_format", ["json", "cbor"])
def test_the_agent_of_aws_is_accepted(daemon_on, tmp_path, authority, devices, document_format):
    """The unmodified package from PyPI, which connects to port 443 as at AWS."""
    if not can_listen_on(443):
        pytest.skip("port 443 is not to be had")
    broker = Broker(tmp_path / "broker", *secure_lines(authority), port=443).start()
    agent = None
    try:
        url = f"mqtts://localhost:{broker.port}"
        daemon = daemon_on(
            tmp_path / "data", "--mqtt", url, *options(*secure_options(authority))
        ).start()
        daemon.wait_for_log(CONNECTED)
        agent = subprocess.Popen(
            [
                *[sys.executable, "-u", "-m", "AWSIoTDeviceDefenderAgentSDK.agent"],
                *["-e", "localhost", "-id", "lamp", "-i", "1", "-f", document_format],
                *options("-r", authority.path("ca.pem")),
                *options("-c", authority.path("lamp.pem"), "-k", authority.path("lamp.key")),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        # It prints the answers that it gets.
        lines = iter(agent.stdout.readline, "")
        answer = next(line for line in lines if "'$aws/things/lamp" in line or "Error" in line)
        assert f"metrics/{document_format}/accepted'" in answer, answer
        assert "ACCEPTED" in answer
    finally:
        if agent:
            agent.kill()
            agent.wait()
        broker.stop()
