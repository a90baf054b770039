"""Behaviors suggested from what was measured."""

from detect.v1.security_profile_pb2 import MetricToRetain, ValidateSecurityProfileBehaviorsRequest
from detect.v1.suggestion_pb2 import SuggestBehaviorsRequest
from expect import INVALID, NOT_FOUND, now, refused
from model import count, create, delete, ports, put, report


def suggest(client, **fields):
    fields = {"start_time": now() - 3_600_000, "end_time": now() + 60_000, **fields}
    return client.detect.SuggestBehaviors(SuggestBehaviorsRequest(**fields))


def test_what_is_suggested_is_valid_and_quiet(client, unique):
    name, thing = unique("profile"), unique("thing")
    metrics = ["aws:listening-tcp-ports", "aws:num-established-tcp-connections"]
    create(
        client,
        name,
        additional_metrics_to_retain_v2=[MetricToRetain(metric=metric) for metric in metrics],
    )
    for number in range(1, 41):
        put(
            client,
            report(
                thing,
                number,
                listening_tcp_ports=ports(22, 443),
                num_established_tcp_connections=count(5 + number % 4),
            ),
        )
    found = suggest(client, thing_name=thing)
    delete(client, name)
    assert (found.things_read, found.values_read) == (1, 80)
    behaviors = [suggestion.behavior for suggestion in found.suggestions]
    values = [behavior.criteria.value for behavior in behaviors]
    assert ports(22, 443) in values
    assert count(8) in values
    assert [suggestion.in_alarm_events for suggestion in found.suggestions] == [0] * len(behaviors)
    verdict = client.detect.ValidateSecurityProfileBehaviors(
        ValidateSecurityProfileBehaviorsRequest(behaviors=behaviors)
    )
    assert verdict.valid
    assert list(verdict.warnings) == []
    # They can be used as they are.
    create(client, name, *behaviors)
    delete(client, name)


def test_a_request_for_nothing_is_refused(client, unique):
    with refused(NOT_FOUND):
        suggest(client, thing_name=unique("thing"))
    with refused(INVALID, field="security_profile_target_arn"):
        suggest(client)
    with refused(INVALID, field="maximum_alarms"):
        suggest(client, thing_name="a", maximum_alarms=1001)
