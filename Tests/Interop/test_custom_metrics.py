"""Metrics that users define, from their definition to a violation, and what becomes of them."""

import math

import pytest
from daemon import Client
from detect.v1 import custom_metric_pb2 as pb, metric_report_pb2, security_profile_pb2, tag_pb2
from detect.v1.behavior_pb2 import (
    COMPARISON_OPERATOR_IN_CIDR_SET,
    COMPARISON_OPERATOR_IN_SET,
    COMPARISON_OPERATOR_LESS_THAN,
    COMPARISON_OPERATOR_NOT_IN_SET,
    MetricValue,
    NumberList,
    StringList,
)
from expect import ALREADY_EXISTS, INVALID, NOT_FOUND, pages, refused
from model import ACCOUNT, behavior, cidrs, create, delete
from test_metric_ingestion import values
from test_violations import active

NUMBER = pb.CUSTOM_METRIC_TYPE_NUMBER
NUMBER_LIST = pb.CUSTOM_METRIC_TYPE_NUMBER_LIST
STRING_LIST = pb.CUSTOM_METRIC_TYPE_STRING_LIST
IP_ADDRESS_LIST = pb.CUSTOM_METRIC_TYPE_IP_ADDRESS_LIST


def number(value):
    return MetricValue(number=value)


def numbers(*elements):
    return MetricValue(numbers=NumberList(numbers=elements))


def strings(*elements):
    return MetricValue(strings=StringList(strings=elements))


def define(client, name, kind, **fields):
    fields.setdefault("client_request_token", name[-64:])
    return client.detect.CreateCustomMetric(
        pb.CreateCustomMetricRequest(metric_name=name, metric_type=kind, **fields)
    )


def describe(client, name):
    return client.detect.DescribeCustomMetric(pb.DescribeCustomMetricRequest(metric_name=name))


def remove(client, name):
    client.detect.DeleteCustomMetric(pb.DeleteCustomMetricRequest(metric_name=name))


def report(thing, report_id, metric, value):
    return metric_report_pb2.MetricReport(
        thing_name=thing,
        report_id=report_id,
        datapoints=[metric_report_pb2.ReportedDatapoint(metric=metric, value=value)],
    )


def put(client, *reports):
    return client.ingestion.PutMetricReports(
        metric_report_pb2.PutMetricReportsRequest(reports=reports)
    )


@pytest.fixture
def metric(client, unique):
    """Makes custom metrics, which are deleted at the end, with a profile of each that judges it."""
    made = []

    def make(kind, operator=None, normal=None):
        name = unique("metric")
        define(client, name, kind)
        made.append(name)
        if operator:
            create(client, name, behavior("behavior", name, operator, normal))
        return name

    yield make
    for name in made:
        delete(client, name)
        remove(client, name)


def test_a_metric_is_described_as_it_was_created_and_updated(client, unique):
    name = unique("metric")
    tags = [tag_pb2.Tag(key="team", value="plant")]
    created = define(client, name, NUMBER, display_name="Core temperature", tags=tags)
    assert created.metric_arn == f"{ACCOUNT}custommetric/{name}"
    found = describe(client, name)
    assert (found.metric_arn, found.metric_type) == (created.metric_arn, NUMBER)
    assert found.display_name == "Core temperature"
    assert found.creation_date == found.last_modified_date > 0
    listed = client.registry.ListTagsForResource(
        tag_pb2.ListTagsForResourceRequest(resource_arn=created.metric_arn)
    )
    assert list(listed.tags) == tags

    updated = client.detect.UpdateCustomMetric(
        pb.UpdateCustomMetricRequest(metric_name=name, display_name="Kelvin")
    )
    assert updated.display_name == "Kelvin"
    assert updated.metric_type == NUMBER
    assert updated.last_modified_date >= updated.creation_date == found.creation_date
    with refused(INVALID, field="display_name"):
        client.detect.UpdateCustomMetric(pb.UpdateCustomMetricRequest(metric_name=name))
    remove(client, name)
    with refused(NOT_FOUND):
        describe(client, name)
    remove(client, name)


def test_the_same_request_defines_once_and_another_is_refused(client, metric):
    name = metric(NUMBER)
    assert define(client, name, NUMBER).metric_name == name
    with refused(ALREADY_EXISTS):
        define(client, name, NUMBER, client_request_token="another")
    with refused(ALREADY_EXISTS):
        define(client, name, STRING_LIST)


@pytest.mark.parametrize(
    "name, kind, fields, field",
    [
        ("", NUMBER, {}, "metric_name"),
        ("with space", NUMBER, {}, "metric_name"),
        ("aws:mine", NUMBER, {}, "metric_name"),
        ("x" * 129, NUMBER, {}, "metric_name"),
        ("m", 0, {}, "metric_type"),
        ("m", 9, {}, "metric_type"),
        ("m", NUMBER, {"display_name": "x" * 129}, "display_name"),
        ("m", NUMBER, {"client_request_token": ""}, "client_request_token"),
        ("m", NUMBER, {"client_request_token": "a b"}, "client_request_token"),
        ("m", NUMBER, {"client_request_token": "x" * 65}, "client_request_token"),
    ],
)
def test_a_bad_definition_is_refused(client, name, kind, fields, field):
    with refused(INVALID, field=field):
        define(client, name, kind, **{"client_request_token": "token", **fields})


def test_names_are_listed_in_order(client, metric):
    made = sorted(metric(NUMBER) for _ in range(3))
    found, count = pages(
        client.detect.ListCustomMetrics, pb.ListCustomMetricsRequest(max_results=2), "metric_names"
    )
    assert [name for name in found if name in made] == made
    assert found == sorted(found)
    assert count >= 2


@pytest.mark.parametrize(
    "kind, operator, normal, conforming, violating",
    [
        (NUMBER, COMPARISON_OPERATOR_LESS_THAN, number(-1.5), number(-1.75), number(-1.5)),
        (NUMBER_LIST, COMPARISON_OPERATOR_IN_SET, numbers(0, 2.5), numbers(-0.0), numbers(2.5, 3)),
        (
            STRING_LIST,
            COMPARISON_OPERATOR_NOT_IN_SET,
            strings("root"),
            strings("guest", "Root"),
            strings("guest", "root"),
        ),
        (
            IP_ADDRESS_LIST,
            COMPARISON_OPERATOR_IN_CIDR_SET,
            cidrs("10.0.0.0/8"),
            cidrs("::ffff:10.0.0.1"),
            cidrs("10.0.0.1", "11.0.0.1"),
        ),
    ],
    ids=["number", "number-list", "string-list", "ip-address-list"],
)
def test_values_of_every_type_are_judged_and_kept(
    client, metric, unique, kind, operator, normal, conforming, violating
):
    name, thing = metric(kind, operator, normal), unique("thing")
    assert put(client, report(thing, 1, name, conforming)).accepted_count == 1
    assert active(client, thing_name=thing) == []
    assert put(client, report(thing, 2, name, violating)).accepted_count == 1
    [violation] = active(client, thing_name=thing)
    assert violation.security_profile_name == name
    assert violation.last_violation_value == violating
    assert violation.behavior.criteria.value == normal
    assert put(client, report(thing, 3, name, conforming)).accepted_count == 1
    assert active(client, thing_name=thing) == []
    assert [each.value for each in values(client, thing, name)] == [
        conforming,
        violating,
        conforming,
    ]


@pytest.mark.parametrize(
    "kind, value, field",
    [
        (NUMBER, MetricValue(count=1), "value"),
        (NUMBER, number(math.nan), "value.number"),
        (NUMBER, number(math.inf), "value.number"),
        (NUMBER_LIST, numbers(1, -math.inf), "value.numbers[1]"),
        (STRING_LIST, strings("fine", "n\u00f6"), "value.strings[1]"),
        (STRING_LIST, strings("x" * 1025), "value.strings[0]"),
        (IP_ADDRESS_LIST, cidrs("10.0.0.0/8"), "value.cidrs[0]"),
    ],
)
def test_a_bad_value_is_rejected_alone(client, metric, unique, kind, value, field):
    name, thing = metric(kind), unique("thing")
    unknown = report(thing, 2, unique("unknown"), number(1))
    response = put(client, report(thing, 1, name, value), unknown, report(thing, 3, name, None))
    assert response.accepted_count == 0
    assert [each.field for each in response.rejections] == [
        f"datapoints[0].{field}",
        "datapoints[0].metric",
        "datapoints[0].value",
    ]


def test_a_metric_in_use_is_not_deleted_and_its_profiles_are_found(client, metric):
    name = metric(NUMBER, COMPARISON_OPERATOR_LESS_THAN, number(1))
    request = security_profile_pb2.ListSecurityProfilesRequest(metric_name=name)
    found, _ = pages(client.detect.ListSecurityProfiles, request, "security_profile_identifiers")
    assert [each.name for each in found] == [name]
    with refused(INVALID, field="metric_name"):
        remove(client, name)
    delete(client, name)
    remove(client, name)
    with refused(NOT_FOUND):
        client.detect.ListSecurityProfiles(
            security_profile_pb2.ListSecurityProfilesRequest(metric_name=name)
        )


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_definitions_and_what_was_made_of_them_survive(daemon_on, tmp_path, how):
    daemon = daemon_on(tmp_path / "data").start()
    client = Client(daemon)
    define(client, "old", STRING_LIST)
    remove(client, "old")
    define(client, "temperature", NUMBER, display_name="Core")
    create(client, "P", behavior("B", "temperature", COMPARISON_OPERATOR_LESS_THAN, number(40.5)))
    put(client, report("oven", 1, "temperature", number(40.5)))
    before = describe(client, "temperature"), active(client), values(client, "oven", "temperature")
    assert len(before[1]) == len(before[2]) == 1
    if how == "stop":
        assert daemon.stop() == 0
    else:
        daemon.kill()

    client = Client(daemon.start())
    assert before == (
        describe(client, "temperature"),
        active(client),
        values(client, "oven", "temperature"),
    )
    put(client, report("oven", 2, "temperature", number(40.25)))
    assert active(client) == []
