"""Reports in, by stream and by call, and values out."""

import grpc
import pytest
from detect.v1 import metric_report_pb2 as pb
from expect import INVALID, NOT_FOUND, details, now, pages, refused
from model import addresses_behavior, cidrs, count, count_behavior, create, delete, ports, put
from model import report
from stream import Stream


@pytest.fixture
def profile(client, unique):
    """A profile on all things that retains connections and addresses."""
    name = unique()
    create(client, name, count_behavior(1_000_000), addresses_behavior("0.0.0.0/0", "::/0"))
    yield name
    delete(client, name)


def values(client, thing, metric, **fields):
    request = pb.ListMetricValuesRequest(
        thing_name=thing,
        metric_name=metric,
        start_time=now() - 60_000,
        end_time=now() + 60_000,
        max_results=2,
    )
    for name, value in fields.items():
        setattr(request, name, value)
    found, _ = pages(client.ingestion.ListMetricValues, request, "metric_datum_list")
    return found


def batch(number, *reports):
    return pb.ReportMetricsRequest(batch_number=number, reports=reports)


def test_every_batch_is_acknowledged_by_its_number_in_order(client, unique):
    thing = unique("thing")
    stream = Stream(client.ingestion.ReportMetrics)
    numbers = [number * 10 for number in range(1, 201)] + [7]
    for report_id, number in enumerate(numbers, start=1):
        stream.send(batch(number, report(thing, report_id)))
    acknowledgements = stream.finish()
    assert [each.batch_number for each in acknowledgements] == numbers
    assert all(each.accepted_count == 1 for each in acknowledgements)


def test_an_acknowledgement_comes_while_the_client_may_still_send(client, unique):
    thing = unique("thing")
    stream = Stream(client.ingestion.ReportMetrics)
    for number in range(1, 6):
        stream.send(batch(number, report(thing, number)))
        assert stream.receive().batch_number == number
    assert stream.finish() == []


def test_an_empty_batch_is_acknowledged(client):
    stream = Stream(client.ingestion.ReportMetrics)
    stream.send(batch(1))
    assert stream.finish() == [pb.ReportMetricsResponse(batch_number=1)]


def test_rejected_reports_are_listed_and_the_others_taken(client, unique):
    thing = unique("thing")
    stream = Stream(client.ingestion.ReportMetrics)
    old, unknown, wrong = report(thing, 3), report(thing, 4), report(thing, 5)
    old.time = now() - 3_600_000
    unknown.datapoints.add(metric="aws:unknown", value=count(1))
    wrong.datapoints.add(metric="aws:all-bytes-in", value=count(1))
    wrong.datapoints.add(metric="aws:all-bytes-in", value=ports(1))
    stream.send(batch(1, report("", 1), report(thing, 2), old, unknown, wrong, report(thing, 0)))
    [acknowledgement] = stream.finish()
    assert acknowledgement.accepted_count == 1
    assert [(each.index, each.reason) for each in acknowledgement.rejections] == [
        (0, pb.REJECTION_REASON_INVALID),
        (2, pb.REJECTION_REASON_TIME_OUT_OF_RANGE),
        (3, pb.REJECTION_REASON_INVALID),
        (4, pb.REJECTION_REASON_INVALID),
        (5, pb.REJECTION_REASON_INVALID),
    ]
    assert acknowledgement.rejections[0].field == "thing_name"
    assert acknowledgement.rejections[3].field.startswith("datapoints[1]")


def test_duplicates_are_acknowledged_and_change_nothing(client, profile, unique):
    thing = unique("thing")
    stream = Stream(client.ingestion.ReportMetrics)
    same = report(thing, 1, num_established_tcp_connections=count(5))
    stream.send(batch(1, same))
    stream.send(batch(2, same, report(thing, 2), same))
    first, second = stream.finish()
    assert (first.accepted_count, first.duplicate_count) == (1, 0)
    assert (second.accepted_count, second.duplicate_count) == (1, 2)
    assert len(values(client, thing, "aws:num-established-tcp-connections")) == 1


def test_report_ids_of_long_ago_are_too_old(client, unique):
    thing = unique("thing")
    put(client, *[report(thing, number) for number in range(100, 200)])
    response = client.ingestion.PutMetricReports(
        pb.PutMetricReportsRequest(reports=[report(thing, 99), report(thing, 199)])
    )
    assert [each.reason for each in response.rejections] == [pb.REJECTION_REASON_REPORT_TOO_OLD]
    assert response.duplicate_count == 1


def test_a_batch_that_is_too_long_ends_the_stream_after_those_before(client, unique):
    thing = unique("thing")
    stream = Stream(client.ingestion.ReportMetrics)
    stream.send(batch(1, report(thing, 1)))
    stream.send(batch(2, *[report(thing, number) for number in range(2, 10_003)]))
    assert stream.receive().batch_number == 1
    with refused(INVALID):
        stream.receive()


def test_put_takes_reports_in_one_call(client, profile, unique):
    thing = unique("thing")
    response = client.ingestion.PutMetricReports(
        pb.PutMetricReportsRequest(
            reports=[report(thing, 1, num_established_tcp_connections=count(5)), report(thing, 0)]
        )
    )
    assert (response.accepted_count, len(response.rejections)) == (1, 1)
    [datum] = values(client, thing, "aws:num-established-tcp-connections")
    assert datum.value == count(5)
    assert abs(datum.timestamp - now()) < 60_000


def test_values_are_listed_as_they_were_sent_oldest_first(client, profile, unique):
    thing = unique("thing")
    sent = [["192.0.2.7"], [], ["2001:DB8::1", "192.0.2.7", "192.0.2.7"], ["::ffff:192.0.2.1"]]
    for number, texts in enumerate(sent, start=1):
        put(client, report(thing, number, destination_ip_addresses=cidrs(*texts)))
    found = values(client, thing, "aws:destination-ip-addresses")
    assert [datum.value for datum in found] == [cidrs(*texts) for texts in sent]
    assert [datum.timestamp for datum in found] == sorted(datum.timestamp for datum in found)
    assert values(client, thing, "aws:destination-ip-addresses", end_time=now() - 59_000) == []
    assert values(client, thing, "aws:all-bytes-in") == []


def test_a_metric_that_no_profile_uses_is_not_retained(client, profile, unique):
    thing = unique("thing")
    put(client, report(thing, 1, all_bytes_out=count(5)))
    assert values(client, thing, "aws:all-bytes-out") == []


def test_values_are_refused_for_their_reasons(client, unique):
    thing = unique("thing")
    put(client, report(thing, 1))
    metric = "aws:all-bytes-in"
    with refused(NOT_FOUND):
        values(client, unique(), metric)
    with refused(NOT_FOUND):
        values(client, thing, "aws:unknown")
    with refused(INVALID):
        values(client, thing, metric, start_time=now() + 120_000)
    with refused(INVALID, field="max_results"):
        values(client, thing, metric, max_results=251)
    with refused(INVALID, field="start_time"):
        client.ingestion.ListMetricValues(
            pb.ListMetricValuesRequest(thing_name=thing, metric_name=metric, end_time=1)
        )


def test_text_that_is_not_utf8_is_refused(client):
    raw = client.channel.unary_unary("/detect.v1.MetricIngestion/PutMetricReports")
    with refused(INVALID):
        raw(bytes([0x0A, 0x03, 0x0A, 0x01, 0xFF]))
    with pytest.raises(grpc.RpcError) as error:
        raw(b"\x0a\xff")
    assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert details(error.value)["ErrorInfo"].reason == "INVALID_REQUEST_EXCEPTION"


def test_a_deadline_ends_a_stream_that_waits(client):
    stream = Stream(client.ingestion.ReportMetrics, timeout=0.2)
    with pytest.raises(grpc.RpcError) as error:
        stream.receive()
    assert error.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
