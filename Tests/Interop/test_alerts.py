"""Alerts: to topics of a real SNS peer (moto) and to webhooks, through failures and restarts."""

import contextlib
import hashlib
import hmac
import http.server
import json
import os
import queue
import socket
import ssl
import threading
import time

import boto3
import pytest
import trustme
from daemon import Client, StartFailure
from detect.v1 import alert_pb2 as pb
from detect.v1 import security_profile_pb2
from expect import INVALID, pages, refused
from model import create, ports, ports_behavior, put, report
from moto.server import ThreadedMotoServer

REGION = "eu-west-1"
SECRET = "a secret of the receiver"
HOOK = "arn:aws:sns:eu-west-1:000000000000:hook"


@pytest.fixture(scope="module")
def moto():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(moto):
    """Clients of moto's SNS and SQS."""
    return tuple(
        boto3.client(
            name,
            endpoint_url=moto,
            region_name=REGION,
            aws_access_key_id="AKIDEXAMPLE",
            aws_secret_access_key="secret",
        )
        for name in ("sns", "sqs")
    )


def subscribed_topic(aws, name):
    """A topic and the URL of a queue that gets what is published to it."""
    sns, sqs = aws
    topic = sns.create_topic(Name=name)["TopicArn"]
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
    return topic, url


def messages(aws, url, count):
    """Waits for so many messages and returns them in the order of their coming."""
    found, end = [], time.monotonic() + 30
    while len(found) < count and time.monotonic() < end:
        answer = aws[1].receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1
        )
        for message in answer.get("Messages", []):
            found.append(json.loads(message["Body"]))
            aws[1].delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


class Receiver:
    """A webhook over TLS that keeps what is well signed, and answers as it is told."""

    def __init__(self, directory, port=0):
        authority = trustme.CA()
        self.ca_file = directory / "ca.pem"
        authority.cert_pem.write_to_path(str(self.ca_file))
        self._certificate = authority.issue_cert("localhost")
        self.events = queue.Queue()
        self.forged = 0
        # Statuses of the next answers; "drop" ends the connection instead.
        self.answers = queue.Queue()
        self.delay = 0
        self.port = port
        self.start()

    def start(self):
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                receiver._take(self)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._certificate.configure_cert(context)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self):
        return f"https://localhost:{self.port}/hook"

    def _take(self, request):
        arrived = time.time_ns()
        body = request.rfile.read(int(request.headers["Content-Length"]))
        time.sleep(self.delay)
        with contextlib.suppress(queue.Empty):
            answer = self.answers.get_nowait()
            if answer == "drop":
                request.close_connection = True
                request.connection.shutdown(socket.SHUT_RDWR)
                return
            return self._answer(request, answer)
        fields = dict(
            field.split("=") for field in request.headers["Detect-Signature"].split(",")
        )
        expected = hmac.new(
            SECRET.encode(), fields["t"].encode() + b"." + body, hashlib.sha256
        ).hexdigest()
        fresh = abs(int(fields["t"]) - time.time()) < 300
        if not fresh or not hmac.compare_digest(expected, fields["v1"]):
            self.forged += 1
            return self._answer(request, 401)
        event = json.loads(body)
        event["arrived"] = arrived
        self.events.put(event)
        self._answer(request, 204)

    def _answer(self, request, status):
        request.send_response(status)
        if status == 302:
            request.send_header("Location", self.url)
        request.send_header("Content-Length", "0")
        request.end_headers()

    def take(self, count, timeout=30):
        """Waits for so many events."""
        end = time.monotonic() + timeout
        return [self.events.get(timeout=max(0.01, end - time.monotonic())) for _ in range(count)]


@pytest.fixture
def receiver(tmp_path):
    receiver = Receiver(tmp_path)
    yield receiver
    receiver.stop()
    assert receiver.forged == 0


def targets_file(directory, moto=None, receiver=None, **webhook):
    """Writes the file that --alert-targets names."""
    content = {}
    if moto:
        content["sns"] = {
            "endpoint": moto,
            "access-key-id": "AKIDEXAMPLE",
            "secret-access-key": "secret",
        }
    if receiver:
        content["webhooks"] = {
            HOOK: {
                "url": receiver.url,
                "secret": SECRET,
                "allow-private-addresses": True,
                "ca-file": str(receiver.ca_file),
            }
            | webhook
        }
    path = directory / "targets.json"
    path.write_text(json.dumps(content))
    path.chmod(0o600)
    return f"--alert-targets={path}"


def watched(client, target, name="watched"):
    """Has every thing judged: port 22 is normal; alarms go to the target."""
    create(
        client,
        name,
        ports_behavior(22),
        alert_targets={
            "SNS": security_profile_pb2.AlertTarget(
                alert_target_arn=target, role_arn="arn:aws:iam::000000000000:role/alerts"
            )
        },
    )


def deliveries(client, **filters):
    request = pb.ListAlertDeliveriesRequest(max_results=250, **filters)
    return pages(client.detect.ListAlertDeliveries, request, "alert_deliveries")[0]


def wait_for(condition, timeout=30):
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def alarm(client, thing, number):
    put(client, report(thing, number, listening_tcp_ports=ports(23)))


def clear(client, thing, number):
    put(client, report(thing, number, listening_tcp_ports=ports(22)))


def test_a_topic_gets_what_aws_would_publish(daemon_on, tmp_path, moto, aws):
    topic, url = subscribed_topic(aws, "alarms")
    with daemon_on(tmp_path / "data", targets_file(tmp_path, moto)) as daemon:
        client = Client(daemon)
        watched(client, topic)
        alarm(client, "cam", 1)
        clear(client, "cam", 2)
        alarmed, cleared = messages(aws, url, 2)
        # Nothing but the message: no subject, no attributes.
        assert alarmed["TopicArn"] == topic
        assert "Subject" not in alarmed and "MessageAttributes" not in alarmed
        message = json.loads(alarmed["Message"])
        assert list(message) == [
            "violationEventTime",
            "thingName",
            "behavior",
            "violationEventType",
            "metricValue",
            "violationId",
            "securityProfileName",
        ]
        assert message["thingName"] == "cam"
        assert message["behavior"] == {
            "criteria": {
                "consecutiveDatapointsToClear": 1,
                "value": {"ports": [22]},
                "comparisonOperator": "in-port-set",
                "consecutiveDatapointsToAlarm": 1,
            },
            "name": "ports",
            "metric": "aws:listening-tcp-ports",
        }
        assert message["violationEventType"] == "in-alarm"
        assert message["metricValue"] == {"ports": [23]}
        assert json.loads(cleared["Message"])["violationEventType"] == "alarm-cleared"
        assert json.loads(cleared["Message"])["violationId"] == message["violationId"]
        wait_for(lambda: all(d.state == pb.ALERT_DELIVERY_STATE_DELIVERED for d in deliveries(client)))
        assert daemon.stop() == 0
    assert not any("secret" in line for line in daemon.log)


def test_a_topic_that_is_not_there_yet_gets_its_alerts_later(daemon_on, tmp_path, moto, aws):
    topic = f"arn:aws:sns:{REGION}:123456789012:late"
    with daemon_on(tmp_path / "data", targets_file(tmp_path, moto)) as daemon:
        client = Client(daemon)
        watched(client, topic)
        alarm(client, "cam", 1)
        wait_for(lambda: "NotFound" in deliveries(client)[0].failure_reason)
        assert subscribed_topic(aws, "late")[0] == topic
        wait_for(lambda: deliveries(client)[0].state == pb.ALERT_DELIVERY_STATE_DELIVERED)


def test_a_webhook_gets_signed_events_in_order(daemon_on, tmp_path, receiver):
    with daemon_on(tmp_path / "data", targets_file(tmp_path, receiver=receiver)) as daemon:
        client = Client(daemon)
        watched(client, HOOK)
        for number in range(1, 21):
            (alarm if number % 2 else clear)(client, "cam", number)
        events = receiver.take(20)
        types = [event["data"]["violationEventType"] for event in events]
        assert types == ["in-alarm", "alarm-cleared"] * 10
        assert {event["type"] for event in events} == {"detect.v1.ViolationEvent"}
        assert {event["specversion"] for event in events} == {"1.0"}
        assert len({event["id"] for event in events}) == 20
        assert events[0]["subject"] == "cam"
        quiet = ports_behavior(22)
        quiet.suppress_alerts = True
        client.detect.UpdateSecurityProfile(
            security_profile_pb2.UpdateSecurityProfileRequest(
                security_profile_name="watched", behaviors=[quiet]
            )
        )
        alarm(client, "cam", 21)
        assert len(deliveries(client)) == 20
        assert daemon.stop() == 0
    assert not any(SECRET in line or receiver.url in line for line in daemon.log)


def test_drops_delays_and_errors_are_survived(daemon_on, tmp_path, receiver):
    with daemon_on(tmp_path / "data", targets_file(tmp_path, receiver=receiver)) as daemon:
        client = Client(daemon)
        watched(client, HOOK)
        for answer in ["drop", 500, 302, 429]:
            receiver.answers.put(answer)
        alarm(client, "cam", 1)
        [event] = receiver.take(1, timeout=60)
        assert event["data"]["thingName"] == "cam"
        wait_for(lambda: deliveries(client)[0].state == pb.ALERT_DELIVERY_STATE_DELIVERED)
        assert deliveries(client)[0].attempts == 5
        receiver.delay = 0.5
        clear(client, "cam", 2)
        [event] = receiver.take(1)
        assert event["data"]["violationEventType"] == "alarm-cleared"


def test_alerts_survive_kills_and_restarts(daemon_on, tmp_path, receiver):
    option = targets_file(tmp_path, receiver=receiver)
    receiver.stop()
    daemon = daemon_on(tmp_path / "data", option)
    daemon.start()
    client = Client(daemon)
    watched(client, HOOK)
    for number in range(1, 7):
        (alarm if number % 2 else clear)(client, "cam", number)
        alarm(client, f"other-{number}", 1)
    wait_for(lambda: any(d.attempts for d in deliveries(client)))
    daemon.kill()
    receiver.start()
    receiver.delay = 0.2
    daemon.start()
    receiver.take(1)
    daemon.kill()
    receiver.delay = 0
    daemon.start()
    client = Client(daemon)
    wait_for(
        lambda: all(d.state == pb.ALERT_DELIVERY_STATE_DELIVERED for d in deliveries(client)), 60
    )
    assert daemon.stop() == 0
    events = []
    while not receiver.events.empty():
        events.append(receiver.events.get())
    # At least once: what was sent and not recorded came again, and in between nothing changed places.
    first = list(dict.fromkeys(e["id"] for e in events if e["subject"] == "cam"))
    types = [identifier.partition("-")[2] for identifier in first]
    assert types[-5:] == (["in-alarm", "alarm-cleared"] * 3)[-5:]


def test_dead_alerts_are_shown_and_redriven(daemon_on, tmp_path, receiver):
    daemon = daemon_on(tmp_path / "data")
    daemon.start()
    client = Client(daemon)
    watched(client, HOOK)
    alarm(client, "cam", 1)
    wait_for(lambda: deliveries(client, state=pb.ALERT_DELIVERY_STATE_DEAD))
    [dead] = deliveries(client, alert_target_arn=HOOK)
    assert "--alert-targets" in dead.failure_reason
    assert dead.violation_event.thing_name == "cam"
    assert deliveries(client, alert_target_arn="other") == []
    daemon.wait_for_log("gave up")
    assert daemon.stop() == 0
    daemon = daemon_on(tmp_path / "data", targets_file(tmp_path, receiver=receiver))
    daemon.start()
    client = Client(daemon)
    redrive = client.detect.RedriveAlertDeliveries
    assert redrive(pb.RedriveAlertDeliveriesRequest(alert_target_arn="other")).redriven == 0
    assert redrive(pb.RedriveAlertDeliveriesRequest()).redriven == 1
    assert receiver.take(1)[0]["data"]["thingName"] == "cam"
    # A refusal is final, until somebody says otherwise.
    receiver.answers.put(422)
    clear(client, "cam", 2)
    wait_for(lambda: deliveries(client, state=pb.ALERT_DELIVERY_STATE_DEAD))
    assert deliveries(client)[0].failure_reason.startswith("422")
    assert redrive(pb.RedriveAlertDeliveriesRequest(alert_target_arn=HOOK)).redriven == 1
    assert receiver.take(1)[0]["data"]["violationEventType"] == "alarm-cleared"
    with refused(INVALID, "alert_target_arn"):
        redrive(pb.RedriveAlertDeliveriesRequest(alert_target_arn="x" * 2049))
    with refused(INVALID, "max_results"):
        client.detect.ListAlertDeliveries(pb.ListAlertDeliveriesRequest(max_results=251))
    assert daemon.stop() == 0


def test_a_storm_becomes_digests_and_holds_up_nobody(daemon_on, tmp_path, receiver):
    things = 20_000
    with daemon_on(tmp_path / "data", targets_file(tmp_path, receiver=receiver)) as daemon:
        client = Client(daemon)
        watched(client, HOOK)
        receiver.delay = 0.02
        for start in range(0, things, 1000):
            put(
                client,
                *(
                    report(f"thing-{n}", 1, listening_tcp_ports=ports(23))
                    for n in range(start, start + 1000)
                ),
            )
        told, requests = set(), 0
        while len(told) < things:
            [event] = receiver.take(1)
            requests += 1
            if event["type"] == "detect.v1.ViolationEventDigest":
                told.update(e["thingName"] for e in event["data"]["events"])
            else:
                told.add(event["subject"])
        assert requests < things / 20
        assert daemon.stop() == 0


def test_private_addresses_get_nothing_unless_allowed(daemon_on, tmp_path, receiver):
    option = targets_file(tmp_path, receiver=receiver, **{"allow-private-addresses": False})
    with daemon_on(tmp_path / "data", option) as daemon:
        client = Client(daemon)
        watched(client, HOOK)
        alarm(client, "cam", 1)
        wait_for(lambda: deliveries(client)[0].attempts > 0)
        assert "no address of the Internet" in deliveries(client)[0].failure_reason
        assert receiver.events.empty()
        assert daemon.stop() == 0


def test_a_receiver_that_nobody_vouches_for_gets_nothing(daemon_on, tmp_path, receiver):
    option = targets_file(tmp_path, receiver=receiver, **{"ca-file": None})
    with daemon_on(tmp_path / "data", option) as daemon:
        client = Client(daemon)
        watched(client, HOOK)
        alarm(client, "cam", 1)
        wait_for(lambda: deliveries(client)[0].attempts > 0)
        assert receiver.events.empty()


@pytest.mark.parametrize(
    "content, mode, message",
    [
        ({}, 0o644, "chmod 600"),
        ({"webhooks": {"a": {"url": "http://x", "secret": SECRET}}}, 0o600, "https://"),
        ({"webhooks": {"a": {"url": "https://x", "secret": "short"}}}, 0o600, "16 bytes"),
        ({"webhooks": {"a": {"url": "https://x"}}}, 0o600, "form that docs/alerts.md shows"),
        ({"sns": {"endpoint": "sns.local"}}, 0o600, "https:// or http://"),
        ({"sns": {"endpoint": "http://sns.local"}}, 0o600, "AWS_ACCESS_KEY_ID"),
        (
            {"webhooks": {"a": {"url": "https://x", "secret": SECRET, "ca-file": "/missing"}}},
            0o600,
            "/missing cannot be read",
        ),
    ],
)
def test_a_file_of_targets_that_is_wrong_is_refused(
    daemon_on, tmp_path, monkeypatch, content, mode, message
):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "targets.json"
    path.write_text(json.dumps(content))
    os.chmod(path, mode)
    with pytest.raises(StartFailure) as failure:
        daemon_on(tmp_path / "data", f"--alert-targets={path}").start()
    assert failure.value.code == 64
    assert message in failure.value.output
    assert SECRET not in failure.value.output
