"""From a violating report to its alarm, the end of the alarm, and the history of both."""

import grpc
import pytest
from detect.v1 import violation_pb2 as pb
from detect.v1.explanation_pb2 import ExplainViolationRequest
from expect import INVALID, NOT_FOUND, now, pages, refused
from model import ALL_THINGS, CLEARED, INVALIDATED, IN_ALARM
from model import addresses_behavior, cidrs, count, count_behavior, create, delete, ports
from model import ports_behavior, put, report


@pytest.fixture
def profile(client, unique):
    """A profile on all things: listen on port 22 only, with fewer than 10 connections."""
    name = unique("profile")
    create(client, name, ports_behavior(22), count_behavior(10))
    yield name
    delete(client, name)


def history(client, **filters):
    """Events newest first."""
    request = pb.ListViolationEventsRequest(
        start_time=now() - 3_600_000, end_time=now() + 3_600_000, max_results=2, **filters
    )
    return pages(client.detect.ListViolationEvents, request, "violation_events")[0]


def active(client, **filters):
    request = pb.ListActiveViolationsRequest(max_results=2, **filters)
    return pages(client.detect.ListActiveViolations, request, "active_violations")[0]


def watch(client, after=None, **options):
    return client.detect.WatchViolationEvents(
        pb.WatchViolationEventsRequest(after_sequence=after), **options
    )


def test_a_violation_from_its_alarm_to_its_end(client, profile, unique):
    thing = unique("thing")
    put(client, report(thing, 1, listening_tcp_ports=ports(22)))
    assert active(client, thing_name=thing) == []

    put(client, report(thing, 2, listening_tcp_ports=ports(22, 8080)))
    [violation] = active(client, thing_name=thing)
    assert violation.security_profile_name == profile
    assert violation.behavior.name == "ports"
    assert violation.last_violation_value == ports(22, 8080)
    assert len(violation.violation_id) == 32

    put(client, report(thing, 3, listening_tcp_ports=ports(8081)))
    [longer] = active(client, thing_name=thing)
    assert longer.last_violation_value == ports(8081)
    assert longer.violation_start_time == violation.violation_start_time

    put(client, report(thing, 4, listening_tcp_ports=ports()))
    assert active(client, thing_name=thing) == []
    cleared, alarm = history(client, thing_name=thing)
    assert (alarm.violation_event_type, alarm.metric_value) == (IN_ALARM, ports(22, 8080))
    assert (cleared.violation_event_type, cleared.metric_value) == (CLEARED, ports())
    assert alarm.violation_id == cleared.violation_id == violation.violation_id
    assert cleared.sequence_number > alarm.sequence_number


@pytest.mark.parametrize(
    "metric, bad, good",
    [
        ("num_established_tcp_connections", count(10), count(9)),
        ("listening_tcp_ports", ports(22, 23), ports(22)),
        ("destination_ip_addresses", cidrs("10.0.0.1", "11.0.0.0"), cidrs("::ffff:10.9.9.9")),
    ],
)
def test_each_kind_of_metric_alarms_and_clears(client, profile, unique, metric, bad, good):
    thing, networks = unique("thing"), unique("networks")
    create(client, networks, addresses_behavior("10.0.0.1/8"))
    put(client, report(thing, 1, **{metric: bad}), report(thing, 2, **{metric: good}))
    types = [event.violation_event_type for event in history(client, thing_name=thing)]
    delete(client, networks)
    assert types == [CLEARED, IN_ALARM]


def test_consecutive_datapoints_raise_and_clear(client, unique):
    name, thing = unique("profile"), unique("thing")
    behavior = ports_behavior(
        22, consecutive_datapoints_to_alarm=3, consecutive_datapoints_to_clear=2
    )
    create(client, name, behavior)
    for number, port in enumerate([80, 80, 22, 80, 80, 80, 22, 80, 22, 22], start=1):
        put(client, report(thing, number, listening_tcp_ports=ports(port)))
    events = history(client, thing_name=thing)
    delete(client, name)
    assert [event.violation_event_type for event in events] == [CLEARED, IN_ALARM]


def test_a_profile_judges_what_its_targets_cover(client, unique):
    from test_thing_registry import join, make_group, make_thing

    name, group, member, other = unique("profile"), unique("group"), unique("in"), unique("out")
    arn = make_group(client, group).thing_group_arn
    for thing in (member, other):
        make_thing(client, thing)
    join(client, member, group)
    create(client, name, ports_behavior(22), target=arn)
    for thing in (member, other):
        put(client, report(thing, 1, listening_tcp_ports=ports(80)))
    found = [violation.thing_name for violation in active(client, security_profile_name=name)]
    delete(client, name)
    assert found == [member]


def test_the_end_of_a_profile_invalidates_its_violations(client, unique):
    name, thing = unique("profile"), unique("thing")
    create(client, name, ports_behavior(22))
    put(client, report(thing, 1, listening_tcp_ports=ports(80)))
    delete(client, name)
    assert active(client, thing_name=thing) == []
    invalidated, alarm = history(client, thing_name=thing)
    assert alarm.violation_event_type == IN_ALARM
    assert invalidated.violation_event_type == INVALIDATED
    assert not invalidated.HasField("metric_value")


def test_lists_are_filtered(client, profile, unique):
    things = sorted(unique("thing") for _ in range(3))
    for thing in things:
        put(client, report(thing, 1, listening_tcp_ports=ports(80)))
    found = active(client, security_profile_name=profile)
    assert sorted(violation.thing_name for violation in found) == things
    starts = [violation.violation_start_time for violation in found]
    assert starts == sorted(starts, reverse=True)
    statistical = pb.BEHAVIOR_CRITERIA_TYPE_STATISTICAL
    assert active(client, security_profile_name=profile, behavior_criteria_type=statistical) == []
    assert history(client, security_profile_name=profile, list_suppressed_alerts=True) == []
    [event] = history(client, security_profile_name=profile, thing_name=things[0])
    # The range is half-open: an event at its end is not in it.
    for start, end, expected in [(0, 0, []), (0, 1, [event]), (1, 1, []), (-1, 0, [])]:
        request = pb.ListViolationEventsRequest(
            start_time=event.violation_event_time + start,
            end_time=event.violation_event_time + end,
            thing_name=things[0],
        )
        assert list(client.detect.ListViolationEvents(request).violation_events) == expected


def verify(client, violation, state, description=""):
    client.detect.PutVerificationStateOnViolation(
        pb.PutVerificationStateOnViolationRequest(
            violation_id=violation,
            verification_state=state,
            verification_state_description=description,
        )
    )


def test_what_a_person_found_out_shows_in_every_list(client, profile, unique):
    thing = unique("thing")
    put(client, report(thing, 1, listening_tcp_ports=ports(80)))
    [violation] = active(client, thing_name=thing)
    assert violation.verification_state == pb.VERIFICATION_STATE_UNKNOWN
    verify(client, violation.violation_id, pb.VERIFICATION_STATE_TRUE_POSITIVE, "a new web server")
    put(client, report(thing, 2, listening_tcp_ports=ports(22)))
    for state in (pb.VERIFICATION_STATE_TRUE_POSITIVE, pb.VERIFICATION_STATE_FALSE_POSITIVE):
        # The second time the violation has ended.
        verify(client, violation.violation_id, state)
        events = history(client, thing_name=thing, verification_state=state)
        assert [event.violation_event_type for event in events] == [CLEARED, IN_ALARM]
        assert [event.verification_state_description for event in events] == ["", ""]


def explain(client, violation):
    return client.detect.ExplainViolation(ExplainViolationRequest(violation_id=violation))


def test_an_alarm_is_explained(client, unique):
    name, thing = unique("profile"), unique("thing")
    create(client, name, ports_behavior(22, consecutive_datapoints_to_alarm=2))
    for number, port in enumerate([80, 22, 81, 82], start=1):
        put(client, report(thing, number, listening_tcp_ports=ports(22, port)))
    [violation] = active(client, thing_name=thing)
    delete(client, name)
    why = explain(client, violation.violation_id)
    assert (why.thing_name, why.behavior) == (thing, violation.behavior)
    assert why.security_profile_target_arns == [ALL_THINGS]
    assert [datapoint.value for datapoint in why.datapoints] == [ports(81), ports(82)]
    assert [datapoint.list_fault.at_fault for datapoint in why.datapoints] == [1, 1]
    assert why.datapoints[1].time == violation.violation_start_time


def test_no_violation_is_not_explained(client):
    with refused(INVALID, field="violation_id"):
        explain(client, "")
    with refused(NOT_FOUND):
        explain(client, "0" * 32)


def test_what_is_said_of_no_violation_is_refused(client):
    for violation in ("", "x", "0" * 32):
        with refused(INVALID, field="violation_id"):
            verify(client, violation, pb.VERIFICATION_STATE_UNKNOWN)


def test_lists_are_refused_for_their_reasons(client, unique):
    with refused(NOT_FOUND):
        active(client, security_profile_name=unique())
    with refused(INVALID, field="thing_name"):
        active(client, thing_name="x" * 129)
    with refused(INVALID, field="start_time"):
        client.detect.ListViolationEvents(pb.ListViolationEventsRequest(end_time=1))
    with refused(INVALID):
        client.detect.ListViolationEvents(pb.ListViolationEventsRequest(start_time=2, end_time=1))


def test_a_watch_starts_now_and_gets_events_as_they_happen(client, profile, unique):
    thing = unique("thing")
    steps = watch(client)
    start = next(steps)
    assert not start.HasField("violation_event")
    put(client, report(thing, 1, listening_tcp_ports=ports(80)))
    alarm = next(steps)
    put(client, report(thing, 2, listening_tcp_ports=ports(22)))
    cleared = next(steps)
    steps.cancel()
    assert alarm.violation_event.violation_event_type == IN_ALARM
    assert cleared.violation_event.violation_event_type == CLEARED
    assert [alarm.sequence_number, cleared.sequence_number] == [
        start.sequence_number + 1,
        start.sequence_number + 2,
    ]


def test_a_watch_goes_on_after_a_number_without_gap_or_repeat(client, profile, unique):
    thing = unique("thing")
    steps = watch(client)
    start = next(steps).sequence_number
    # Far more events than the service keeps in memory, so that they come from the store as well.
    for first in range(1, 6001, 1000):
        reports = [
            report(thing, number, listening_tcp_ports=ports(80 if number % 2 else 22))
            for number in range(first, first + 1000)
        ]
        put(client, *reports)
    expected = list(range(start + 1, start + 6001))
    assert [next(steps).sequence_number for _ in expected] == expected
    steps.cancel()
    for after in (start, start + 1, start + 5999):
        resumed = watch(client, after)
        numbers = [next(resumed).violation_event.sequence_number for _ in expected[after - start :]]
        resumed.cancel()
        assert numbers == expected[after - start :]


def test_a_watch_after_a_number_that_no_event_has_is_refused(client):
    newest = next(watch(client)).sequence_number
    with refused(INVALID, field="after_sequence"):
        next(watch(client, newest + 1))


def test_a_watch_ends_at_its_deadline(client):
    steps = watch(client, timeout=0.3)
    next(steps)
    with pytest.raises(grpc.RpcError) as error:
        next(steps)
    assert error.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
