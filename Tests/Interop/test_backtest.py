"""Past reports judged by profiles that need not be in force."""

import grpc
import pytest
from detect.v1 import backtest_pb2 as pb, metric_report_pb2
from detect.v1.behavior_pb2 import COMPARISON_OPERATOR_LESS_THAN
from expect import INVALID, NOT_FOUND, refused
from model import CLEARED, IN_ALARM, behavior, count, create, delete, ports, ports_behavior, report
from test_violations import history

BUCKET = 300_000
START = 1_700_000_100_000  # The start of a bucket, long ago.


def profiles(*pairs):
    """The first message: names of profiles, each with its behaviors."""
    return pb.BacktestRequest(
        profiles=pb.BacktestProfiles(
            profiles=[
                pb.BacktestProfile(security_profile_name=name, behaviors=behaviors)
                for name, behaviors in pairs
            ]
        )
    )


def reports(*timed):
    """A further message: reports, each after its time since the start."""
    message = metric_report_pb2.MetricReports()
    for time, each in timed:
        each.time = START + time
        message.reports.append(each)
    return pb.BacktestRequest(reports=message)


def run(client, *messages):
    """The events and the summary."""
    responses = list(client.detect.Backtest(iter(messages)))
    assert [response.WhichOneof("step") for response in responses] == (
        ["violation_event"] * (len(responses) - 1) + ["summary"]
    )
    return [response.violation_event for response in responses[:-1]], responses[-1].summary


def test_a_backtest_tells_what_would_have_been_said(client, unique):
    name, thing = unique("profile"), unique("thing")
    assert START % BUCKET == 0
    sent = behavior(
        "sent", "aws:num-messages-sent", COMPARISON_OPERATOR_LESS_THAN, count(10)
    )
    events, summary = run(
        client,
        profiles((name, [ports_behavior(22), sent])),
        reports((0, report(thing, 1, listening_tcp_ports=ports(80), num_messages_sent=count(6)))),
        reports((1000, report(thing, 2, num_messages_sent=count(6)))),
        reports((BUCKET, report(thing, 3, listening_tcp_ports=ports(22)))),
    )
    told = [(e.behavior.name, e.violation_event_type, e.violation_event_time) for e in events]
    assert told == [
        ("ports", IN_ALARM, START),
        ("sent", IN_ALARM, START + BUCKET),
        ("ports", CLEARED, START + BUCKET),
    ]
    assert [event.sequence_number for event in events] == [1, 2, 3]
    assert summary == pb.BacktestSummary(
        reports=3,
        things=1,
        datapoints_judged=3,
        in_alarm_events=2,
        alarm_cleared_events=1,
        active_violations=1,
    )
    assert history(client, thing_name=thing) == []


def test_a_backtest_takes_a_stored_profile_by_its_name(client, unique):
    name = unique("profile")
    create(client, name, ports_behavior(22), target=None)
    past = reports((0, report("cam", 1, listening_tcp_ports=ports(80))))
    events, _ = run(client, profiles((name, [])), past)
    delete(client, name)
    assert [event.violation_event_type for event in events] == [IN_ALARM]
    with refused(NOT_FOUND):
        run(client, profiles((name, [])), past)


def test_ten_thousand_reports_in_a_stream(client):
    messages = [
        reports(
            *[
                (
                    1000 * (hundred * 100 + number),
                    report("cam", 1, listening_tcp_ports=ports(80 if number % 2 else 22)),
                )
                for number in range(100)
            ]
        )
        for hundred in range(100)
    ]
    events, summary = run(client, profiles(("p", [ports_behavior(22)])), *messages)
    assert len(events) == summary.in_alarm_events + summary.alarm_cleared_events == 9_999
    assert (summary.reports, summary.things, summary.active_violations) == (10_000, 1, 1)


def test_the_refusal_names_the_report(client):
    late = reports((5, report("cam", 1)), (4, report("cam", 2)))
    with pytest.raises(grpc.RpcError) as error:
        run(client, profiles(("p", [ports_behavior(22)])), late)
    assert "report 1" in error.value.details()


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [reports((0, report("cam", 1)))],
        [profiles()],
        [profiles(("bad name", [ports_behavior(22)]))],
        [profiles(("p", [ports_behavior(22, consecutive_datapoints_to_alarm=11)]))],
        [profiles(("p", [ports_behavior(22)])), profiles(("p", [ports_behavior(22)]))],
        [profiles(("p", [ports_behavior(22)])), reports((0, report("", 1)))],
        [
            profiles(("p", [ports_behavior(22)])),
            reports((1000, report("cam", 1)), (0, report("cam", 2))),
        ],
    ],
    ids=[
        "nothing at all",
        "reports first",
        "no profile",
        "a bad name",
        "a bad behavior",
        "profiles twice",
        "a bad report",
        "an older report",
    ],
)
def test_a_backtest_is_refused_for_its_reasons(client, messages):
    with refused(INVALID):
        list(client.detect.Backtest(iter(messages)))


def test_a_backtest_ends_with_its_client(client):
    call = client.detect.Backtest(iter([profiles(("p", [ports_behavior(22)]))]), timeout=5)
    call.cancel()
    assert call.code() == grpc.StatusCode.CANCELLED
