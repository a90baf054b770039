"""Behaviors tried out on reports of the past."""

import grpc
import pytest
from detect.v1 import backtest_pb2 as pb
from detect.v1.metric_report_pb2 import MetricReports
from model import CLEARED, IN_ALARM
from model import count, create, delete, ports, ports_behavior, report
from model import behavior, COMPARISON_OPERATOR_LESS_THAN


def profiles(**behaviors):
    return pb.BacktestRequest(
        profiles=pb.BacktestProfiles(
            profiles=[
                pb.BacktestProfile(security_profile_name=name, behaviors=list)
                for name, list in behaviors.items()
            ]
        )
    )


def reports(*timed):
    for time, one in timed:
        one.time = time
    return pb.BacktestRequest(reports=MetricReports(reports=[one for _, one in timed]))


def backtest(client, *requests):
    """The events and the summary."""
    *events, last = list(client.detect.Backtest(iter(requests)))
    return [event.violation_event for event in events], last.summary


def test_what_would_have_been_said(client):
    sent = behavior(
        "sent", "aws:num-messages-sent", COMPARISON_OPERATOR_LESS_THAN, count(10)
    )
    events, summary = backtest(
        client,
        profiles(Draft=[ports_behavior(22), sent]),
        reports(
            (1000, report("cam", 0, listening_tcp_ports=ports(23))),
            (2000, report("cam", 0, num_messages_sent=count(10))),
        ),
        reports((300_000, report("cam", 0, listening_tcp_ports=ports(22)))),
    )
    assert [
        (event.violation_event_type, event.behavior.name, event.violation_event_time)
        for event in events
    ] == [(IN_ALARM, "ports", 1000), (IN_ALARM, "sent", 300_000), (CLEARED, "ports", 300_000)]
    assert (summary.reports, summary.things, summary.datapoints_judged) == (3, 1, 3)
    assert (summary.in_alarm_events, summary.alarm_cleared_events) == (2, 1)
    assert summary.active_violations == 1


def test_a_stored_profile_by_its_name(client, unique):
    name = unique("profile")
    create(client, name, ports_behavior(22), target=None)
    events, summary = backtest(
        client,
        profiles(**{name: []}),
        reports((1, report("cam", 0, listening_tcp_ports=ports(23)))),
    )
    assert [event.security_profile_name for event in events] == [name]
    delete(client, name)


def test_a_report_older_than_the_one_before_ends_it(client):
    late = reports(
        (5, report("cam", 0, listening_tcp_ports=ports(22))),
        (4, report("cam", 0, listening_tcp_ports=ports(22))),
    )
    with pytest.raises(grpc.RpcError) as error:
        backtest(client, profiles(Draft=[ports_behavior(22)]), late)
    assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "report 1" in error.value.details()
