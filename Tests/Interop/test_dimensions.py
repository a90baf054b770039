"""Dimensions: topic filters that narrow a metric, from their creation to a violation."""

import pytest
from daemon import Client
from detect.v1 import dimension_pb2 as pb, metric_report_pb2, security_profile_pb2, tag_pb2
from detect.v1.behavior_pb2 import (
    COMPARISON_OPERATOR_IN_CIDR_SET,
    COMPARISON_OPERATOR_LESS_THAN,
    DIMENSION_VALUE_OPERATOR_IN,
    DIMENSION_VALUE_OPERATOR_NOT_IN,
    MetricDimension,
)
from expect import ALREADY_EXISTS, INVALID, LIMIT_EXCEEDED, NOT_FOUND, pages, refused
from model import ACCOUNT, IN_ALARM, INVALIDATED, behavior, cidrs, count, create, delete
from test_metric_ingestion import values
from test_violations import active, history

ADDRESS = "aws:source-ip-address"


def define(client, name, *filters, **fields):
    fields.setdefault("client_request_token", name[-64:])
    fields.setdefault("type", pb.DIMENSION_TYPE_TOPIC_FILTER)
    return client.detect.CreateDimension(
        pb.CreateDimensionRequest(name=name, string_values=filters, **fields)
    )


def describe(client, name):
    return client.detect.DescribeDimension(pb.DescribeDimensionRequest(name=name))


def update(client, name, *filters):
    return client.detect.UpdateDimension(
        pb.UpdateDimensionRequest(name=name, string_values=filters)
    )


def remove(client, name):
    client.detect.DeleteDimension(pb.DeleteDimensionRequest(name=name))


def narrowed(name, operator=DIMENSION_VALUE_OPERATOR_IN):
    return MetricDimension(dimension_name=name, operator=operator)


def at_home(dimension, name="behavior"):
    """Normal is to be at 10.0.0.0/8, for messages that the dimension lets through."""
    sent = behavior(name, ADDRESS, COMPARISON_OPERATOR_IN_CIDR_SET, cidrs("10.0.0.0/8"))
    sent.metric_dimension.CopyFrom(dimension)
    return sent


def datapoint(metric, value, topic=""):
    return metric_report_pb2.ReportedDatapoint(metric=metric, value=value, topic=topic)


def put(client, thing, report_id, *datapoints):
    report = metric_report_pb2.MetricReport(
        thing_name=thing, report_id=report_id, datapoints=datapoints
    )
    return client.ingestion.PutMetricReports(
        metric_report_pb2.PutMetricReportsRequest(reports=[report])
    )


@pytest.fixture
def dimension(client, unique):
    """Makes dimensions, which are deleted at the end, with the profiles named like them."""
    made = []

    def make(*filters):
        name = unique("dimension")
        define(client, name, *filters)
        made.append(name)
        return name

    yield make
    for name in made:
        delete(client, name)
        remove(client, name)


def test_a_dimension_is_described_as_it_was_created_and_updated(client, unique):
    name = unique("dimension")
    tags = [tag_pb2.Tag(key="team", value="plant")]
    created = define(client, name, "fleet/${iot:ClientId}/#", "a/+", tags=tags)
    assert created.arn == f"{ACCOUNT}dimension/{name}"
    found = describe(client, name)
    assert (found.arn, found.type) == (created.arn, pb.DIMENSION_TYPE_TOPIC_FILTER)
    assert list(found.string_values) == ["fleet/${iot:ClientId}/#", "a/+"]
    assert found.creation_date == found.last_modified_date > 0
    listed = client.registry.ListTagsForResource(
        tag_pb2.ListTagsForResourceRequest(resource_arn=created.arn)
    )
    assert list(listed.tags) == tags

    updated = update(client, name, "b")
    assert list(updated.string_values) == ["b"]
    assert updated.last_modified_date >= updated.creation_date == found.creation_date
    assert updated == pb.UpdateDimensionResponse.FromString(describe(client, name).SerializeToString())
    remove(client, name)
    with refused(NOT_FOUND):
        describe(client, name)
    with refused(NOT_FOUND):
        update(client, name, "b")
    remove(client, name)


def test_the_same_request_creates_once_and_another_is_refused(client, dimension):
    name = dimension("a/#")
    assert define(client, name, "a/#").name == name
    with refused(ALREADY_EXISTS):
        define(client, name, "a/#", client_request_token="another")
    with refused(ALREADY_EXISTS):
        define(client, name, "b/#")


@pytest.mark.parametrize(
    "name, filters, fields, field",
    [
        ("", ["a"], {}, "name"),
        ("with space", ["a"], {}, "name"),
        ("x" * 129, ["a"], {}, "name"),
        ("d", ["a"], {"type": 0}, "type"),
        ("d", ["a"], {"type": 9}, "type"),
        ("d", [], {}, "string_values"),
        ("d", ["a"] * 101, {}, "string_values"),
        ("d", ["a", ""], {}, "string_values[1]"),
        ("d", ["x" * 257], {}, "string_values[0]"),
        ("d", ["a/#/b"], {}, "string_values[0]"),
        ("d", ["a+/b"], {}, "string_values[0]"),
        ("d", ["${iot:Other}"], {}, "string_values[0]"),
        ("d", ["a"], {"client_request_token": ""}, "client_request_token"),
        ("d", ["a"], {"client_request_token": "a b"}, "client_request_token"),
    ],
)
def test_a_bad_dimension_is_refused(client, name, filters, fields, field):
    with refused(INVALID, field=field):
        define(client, name, *filters, **{"client_request_token": "token", **fields})


def test_there_are_ten_at_most_listed_in_order(client, unique, dimension):
    made = sorted(dimension("a") for _ in range(10))
    with refused(LIMIT_EXCEEDED):
        define(client, unique("dimension"), "a")
    found, count_of_pages = pages(
        client.detect.ListDimensions, pb.ListDimensionsRequest(max_results=4), "dimension_names"
    )
    assert (found, count_of_pages) == (made, 3)


def test_values_are_judged_and_kept_by_their_topics(client, dimension, unique):
    name, thing = dimension("fleet/${iot:ClientId}/#"), unique("thing")
    create(
        client,
        name,
        at_home(narrowed(name), "inside"),
        at_home(narrowed(name, DIMENSION_VALUE_OPERATOR_NOT_IN), "outside"),
    )
    put(client, thing, 1, datapoint(ADDRESS, cidrs("11.0.0.1")))
    assert active(client, thing_name=thing) == []
    put(client, thing, 2, datapoint(ADDRESS, cidrs("11.0.0.2"), f"fleet/{thing}/state"))
    [inside] = active(client, thing_name=thing)
    assert inside.behavior.name == "inside"
    assert inside.behavior.metric_dimension == narrowed(name)
    put(
        client,
        thing,
        3,
        datapoint(ADDRESS, cidrs("10.0.0.3"), f"fleet/{thing}"),
        datapoint(ADDRESS, cidrs("11.0.0.4"), "fleet/another"),
    )
    [outside] = active(client, thing_name=thing)
    assert outside.behavior.name == "outside"
    assert outside.last_violation_value == cidrs("11.0.0.4")

    kept = [each.value for each in values(client, thing, ADDRESS, dimension_name=name)]
    assert kept == [cidrs("11.0.0.2"), cidrs("10.0.0.3")]
    kept = values(
        client,
        thing,
        ADDRESS,
        dimension_name=name,
        dimension_value_operator=DIMENSION_VALUE_OPERATOR_NOT_IN,
    )
    assert [each.value for each in kept] == [cidrs("11.0.0.4")]
    assert values(client, thing, ADDRESS) == []


def test_other_filters_end_violations_at_once(client, dimension, unique):
    name, thing = dimension("a/#"), unique("thing")
    create(client, name, at_home(narrowed(name)))
    put(client, thing, 1, datapoint(ADDRESS, cidrs("11.0.0.1"), "a"))
    update(client, name, "a/#", "a/#")
    assert len(active(client, thing_name=thing)) == 1
    update(client, name, "b")
    assert active(client, thing_name=thing) == []
    types = [each.violation_event_type for each in history(client, thing_name=thing)]
    assert types == [INVALIDATED, IN_ALARM]
    put(client, thing, 2, datapoint(ADDRESS, cidrs("11.0.0.1"), "a"))
    assert active(client, thing_name=thing) == []


def test_a_metric_is_retained_by_dimension(client, dimension, unique):
    name, thing = dimension("a/#"), unique("thing")
    kept = security_profile_pb2.MetricToRetain(
        metric="aws:num-messages-sent", metric_dimension=narrowed(name)
    )
    create(client, name, additional_metrics_to_retain_v2=[kept])
    put(
        client,
        thing,
        1,
        datapoint("aws:num-messages-sent", count(1), "a/b"),
        datapoint("aws:num-messages-sent", count(2), "b"),
    )
    found = values(client, thing, "aws:num-messages-sent", dimension_name=name)
    assert [each.value for each in found] == [count(1)]


def test_a_dimension_in_use_is_found_and_not_deleted(client, dimension):
    name = dimension("a/#")
    listing = security_profile_pb2.ListSecurityProfilesRequest(dimension_name=name)
    list_profiles = client.detect.ListSecurityProfiles
    assert pages(list_profiles, listing, "security_profile_identifiers")[0] == []
    create(client, name, at_home(narrowed(name)), target=None)
    [found] = pages(list_profiles, listing, "security_profile_identifiers")[0]
    assert found.name == name
    with refused(INVALID, field="name"):
        remove(client, name)
    with refused(NOT_FOUND):
        list_profiles(security_profile_pb2.ListSecurityProfilesRequest(dimension_name="none"))


def test_what_does_not_fit_is_refused_by_its_field(client, dimension, unique):
    name, thing = dimension("a/#"), unique("thing")
    path = "behaviors[0].metric_dimension"
    with refused(INVALID, field=f"{path}.dimension_name"):
        create(client, name, at_home(narrowed("none")))
    with refused(INVALID, field=f"{path}.operator"):
        create(client, name, at_home(narrowed(name, 7)))
    sent = behavior("B", "aws:num-disconnects", COMPARISON_OPERATOR_LESS_THAN, count(1))
    sent.metric_dimension.CopyFrom(narrowed(name))
    with refused(INVALID, field=path):
        create(client, name, sent)

    for metric, topic in [("aws:num-disconnects", "a"), ("aws:num-messages-sent", "a\n")]:
        [rejection] = put(client, thing, 1, datapoint(metric, count(1), topic)).rejections
        assert rejection.field == "datapoints[0].topic"
    put(client, thing, 1)
    with refused(NOT_FOUND):
        values(client, thing, ADDRESS, dimension_name="none")
    with refused(INVALID, field="dimension_name"):
        values(client, thing, "aws:num-disconnects", dimension_name=name)
    with refused(INVALID, field="dimension_name"):
        values(client, thing, ADDRESS, dimension_value_operator=DIMENSION_VALUE_OPERATOR_IN)
    with refused(INVALID, field="dimension_value_operator"):
        values(client, thing, ADDRESS, dimension_name=name, dimension_value_operator=7)


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_dimensions_and_what_was_made_of_them_survive(daemon_on, tmp_path, how):
    daemon = daemon_on(tmp_path / "data").start()
    client = Client(daemon)
    define(client, "d", "a/#")
    create(client, "P", at_home(narrowed("d")))
    put(client, "cam", 1, datapoint(ADDRESS, cidrs("11.0.0.1"), "a"))
    update(client, "d", "b/#")
    put(client, "cam", 2, datapoint(ADDRESS, cidrs("11.0.0.2"), "b/x"))

    def seen(client):
        kept = values(client, "cam", ADDRESS, dimension_name="d")
        return describe(client, "d"), active(client), kept

    before = seen(client)
    assert len(before[1]) == len(before[2]) == 1
    if how == "stop":
        assert daemon.stop() == 0
    else:
        daemon.kill()

    client = Client(daemon.start())
    assert seen(client) == before
    put(client, "cam", 3, datapoint(ADDRESS, cidrs("11.0.0.3"), "a"))
    assert seen(client) == before
    put(client, "cam", 4, datapoint(ADDRESS, cidrs("10.0.0.1"), "b"))
    assert active(client) == []
