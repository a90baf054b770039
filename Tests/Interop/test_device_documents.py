"""Documents as devices make them: AWS's Python agent, and another encoder of CBOR."""

import json
import random

import cbor2
import pytest
from AWSIoTDeviceDefenderAgentSDK.collector import Collector
from AWSIoTDeviceDefenderAgentSDK.metrics import Metrics
from detect.v1 import custom_metric_pb2, metric_report_pb2 as pb
from expect import INVALID, now, refused
from model import addresses_behavior, count, count_behavior, create, delete, ports
from model import ports_behavior

JSON = pb.DEVICE_REPORT_FORMAT_JSON
CBOR = pb.DEVICE_REPORT_FORMAT_CBOR
ACCEPTED = pb.DEVICE_REPORT_STATUS_ACCEPTED
REJECTED = pb.DEVICE_REPORT_STATUS_REJECTED


@pytest.fixture
def profile(client, unique):
    """A profile on all things that retains ports, connections and addresses."""
    name = unique()
    create(
        client,
        name,
        ports_behavior(22),
        count_behavior(1_000_000),
        addresses_behavior("0.0.0.0/0", "::/0"),
    )
    yield name
    delete(client, name)


@pytest.fixture
def cpu_usage(client):
    """The custom metric that the agent sends."""
    client.detect.CreateCustomMetric(
        custom_metric_pb2.CreateCustomMetricRequest(
            metric_name="cpu_usage",
            metric_type=custom_metric_pb2.CUSTOM_METRIC_TYPE_NUMBER,
            client_request_token="cpu_usage",
        )
    )
    yield
    client.detect.DeleteCustomMetric(
        custom_metric_pb2.DeleteCustomMetricRequest(metric_name="cpu_usage")
    )


def send(client, thing, document, document_format=JSON):
    if not isinstance(document, bytes):
        document = json.dumps(document).encode()
    return client.ingestion.PutDeviceReport(
        pb.PutDeviceReportRequest(thing_name=thing, format=document_format, document=document)
    )


def newest(client, thing, metric):
    """The value of the thing's last report."""
    response = client.ingestion.ListMetricValues(
        pb.ListMetricValuesRequest(
            thing_name=thing,
            metric_name="aws:" + metric,
            start_time=now() - 60_000,
            end_time=now() + 60_000,
            max_results=250,
        )
    )
    return response.metric_datum_list[-1].value


@pytest.mark.parametrize("is_short", [False, True], ids=["long names", "short names"])
@pytest.mark.parametrize("document_format", [JSON, CBOR], ids=["JSON", "CBOR"])
def test_the_python_agent_measures_this_machine(
    client, unique, profile, cpu_usage, is_short, document_format
):
    thing = unique("thing")
    collector = Collector(short_metrics_names=is_short)
    # With short names the agent fails at its second sample; its first is whole.
    samples = [collector.collect_metrics() for _ in range(1 if is_short else 2)]
    for number, metrics in enumerate(samples):
        metrics._timestamp += number  # The agent's ids are seconds.
        document = (
            metrics.to_json_string().encode() if document_format == JSON else metrics.to_cbor()
        )
        answer = send(client, thing, document, document_format)
        assert (answer.status, answer.error_message) == (ACCEPTED, "")
        assert answer.report_id == metrics._timestamp
        assert not answer.dropped_metrics
    measured = {entry["port"] for entry in samples[-1].listening_tcp_ports}
    if len(samples[-1].listening_tcp_ports) <= samples[-1].max_list_size:
        assert set(newest(client, thing, "listening-tcp-ports").ports.ports) == measured
    connections = len(samples[-1].network_connections)
    assert newest(client, thing, "num-established-tcp-connections") == count(connections)


@pytest.mark.parametrize("is_short", [False, True], ids=["long names", "short names"])
@pytest.mark.parametrize("document_format", [JSON, CBOR], ids=["JSON", "CBOR"])
def test_the_python_agent_reports_what_it_is_told(
    client, unique, profile, cpu_usage, is_short, document_format
):
    thing = unique("thing")
    metrics = Metrics(short_names=is_short)
    metrics.add_listening_ports("TCP", [{"port": 22, "interface": "eth0"}, {"port": 8883}])
    metrics.add_listening_ports("UDP", [{"port": 53}])
    metrics.add_network_stats(1, 2, 3, 4)
    metrics.add_network_connection("203.0.113.7", 8883, None, 51544)
    metrics.add_network_connection("2001:db8::20", 443, "eth0", 70000)
    for number in range(60):
        metrics.add_network_connection("203.0.113.7", 8883, "eth0", number + 1)
    metrics.add_cpu_usage(12.5)
    document = metrics.to_json_string().encode() if document_format == JSON else metrics.to_cbor()
    answer = send(client, thing, document, document_format)
    assert (answer.status, list(answer.dropped_metrics)) == (ACCEPTED, [])
    # The agent repeats ports, and sends 50 of 62 connections.
    assert set(newest(client, thing, "listening-tcp-ports").ports.ports) == {22, 8883}
    assert newest(client, thing, "num-established-tcp-connections") == count(62)
    addresses = newest(client, thing, "destination-ip-addresses").cidrs.cidrs
    assert len(addresses) == 50
    assert set(addresses) <= {"203.0.113.7", "2001:db8::20"}


def random_document(source, report_id):
    """A report with whatever a report may have."""

    def port():
        entry = {"port": source.randint(1, 65535)}
        return entry | ({"interface": "eth\u00e9"} if source.random() < 0.5 else {})

    def connection():
        return {"remote_addr": f"10.0.{source.randint(0, 255)}.1:{source.randint(1, 65535)}"}

    listening = {"ports": [port() for _ in range(source.randint(0, 40))], "total": 9}
    connections = [connection() for _ in range(source.randint(0, 40))]
    return {
        "header": {"report_id": report_id, "version": "1.0"},
        "metrics": {
            "listening_tcp_ports": listening,
            "network_stats": {"bytes_in": source.choice([0, 23, 24, 255, 65536, 2**40, 5.0])},
            "tcp_connections": {"established_connections": {"connections": connections}},
        },
        "ignored": [None, True, False, -1, -(2**40), 0.1, 1e300, "x" * 300],
    }


def test_another_encoder_of_cbor_says_the_same_as_json(client, unique, profile):
    source = random.Random(7)
    for _ in range(20):
        report_id = source.randint(1, 2**48)
        document = random_document(source, report_id)
        encodings = [
            (json.dumps(document).encode(), JSON),
            (cbor2.dumps(document), CBOR),
            (cbor2.dumps(document, canonical=True), CBOR),
            (cbor2.dumps(document, indefinite_containers=True), CBOR),
        ]
        read = []
        for encoded, document_format in encodings:
            thing = unique("thing")
            answer = send(client, thing, encoded, document_format)
            assert (answer.status, answer.report_id) == (ACCEPTED, report_id), answer
            metrics = ["listening-tcp-ports", "destination-ip-addresses"]
            read.append([newest(client, thing, metric) for metric in metrics])
        assert read == [read[0]] * len(read)
        sent = [entry["port"] for entry in document["metrics"]["listening_tcp_ports"]["ports"]]
        assert read[0][0] == ports(*sent)


def test_a_document_says_what_is_normal_and_what_is_wrong(client, unique, profile):
    thing = unique("thing")
    header = {"report_id": 1, "version": "1.0"}
    cases = [
        (b"{", "InvalidPayload", "Malformed metrics report: not JSON"),
        ({"header": header, "metrics": {}, "cmet": {"x": {"number": 1}}}, "InvalidPayload", "cmet.x"),
        ({"header": {"report_id": 1}, "metrics": {}}, "InvalidPayload", "header: version"),
        (b" " * (1 << 17) + b"{}", "TooLarge", "131072"),
    ]
    for document, code, text in cases:
        answer = send(client, thing, document)
        assert (answer.status, answer.error_code, answer.report_id) == (REJECTED, code, 0)
        assert text in answer.error_message
    connections = [{"rad": "[::1]:1"}, {"rad": "cut short"}]
    partly = {"header": header, "met": {"tc": {"ec": {"cs": connections}}}}
    answer = send(client, thing, partly)
    assert (answer.status, answer.report_id, answer.thing_name) == (ACCEPTED, 1, thing)
    assert list(answer.dropped_metrics) == ["met.tc.ec.cs[1]: not an IPv4 or IPv6 address"]
    assert newest(client, thing, "num-established-tcp-connections") == count(2)
    assert abs(answer.timestamp - now()) < 60_000


def test_a_document_needs_a_format_and_its_name(client, unique):
    with refused(INVALID, "format"):
        send(client, unique("thing"), {}, pb.DEVICE_REPORT_FORMAT_UNSPECIFIED)
    answer = send(client, "", {"hed": {"rid": 1, "v": "1.0"}, "met": {}})
    assert answer.error_message == "Malformed metrics report: a thing name is required"
