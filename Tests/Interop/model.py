"""Builds the messages that many tests need."""

from detect.v1 import behavior_pb2, metric_report_pb2, security_profile_pb2, violation_pb2
from detect.v1.behavior_pb2 import (
    COMPARISON_OPERATOR_IN_CIDR_SET,
    COMPARISON_OPERATOR_IN_PORT_SET,
    COMPARISON_OPERATOR_LESS_THAN,
)

ACCOUNT = "arn:aws:iot:us-east-1:000000000000:"
ALL_THINGS = ACCOUNT + "all/things"

IN_ALARM = violation_pb2.VIOLATION_EVENT_TYPE_IN_ALARM
CLEARED = violation_pb2.VIOLATION_EVENT_TYPE_ALARM_CLEARED
INVALIDATED = violation_pb2.VIOLATION_EVENT_TYPE_ALARM_INVALIDATED


def ports(*numbers):
    return behavior_pb2.MetricValue(ports=behavior_pb2.PortList(ports=numbers))


def count(number):
    return behavior_pb2.MetricValue(count=number)


def cidrs(*texts):
    return behavior_pb2.MetricValue(cidrs=behavior_pb2.CidrList(cidrs=texts))


def behavior(name, metric, operator, value, **criteria):
    return behavior_pb2.Behavior(
        name=name,
        metric=metric,
        criteria=behavior_pb2.BehaviorCriteria(
            comparison_operator=operator, value=value, **criteria
        ),
    )


def ports_behavior(*numbers, name="ports", **criteria):
    """Normal is to listen on these ports only."""
    return behavior(
        name,
        "aws:listening-tcp-ports",
        COMPARISON_OPERATOR_IN_PORT_SET,
        ports(*numbers),
        **criteria,
    )


def count_behavior(limit, name="connections"):
    """Normal is to have fewer connections than this."""
    return behavior(
        name,
        "aws:num-established-tcp-connections",
        COMPARISON_OPERATOR_LESS_THAN,
        count(limit),
    )


def addresses_behavior(*networks, name="addresses"):
    """Normal is to talk to these networks only."""
    return behavior(
        name,
        "aws:destination-ip-addresses",
        COMPARISON_OPERATOR_IN_CIDR_SET,
        cidrs(*networks),
    )


def create(client, name, *behaviors, target=ALL_THINGS, **fields):
    """Creates a profile and, unless the target is None, attaches it."""
    client.detect.CreateSecurityProfile(
        security_profile_pb2.CreateSecurityProfileRequest(
            security_profile_name=name, behaviors=behaviors, **fields
        )
    )
    if target:
        client.detect.AttachSecurityProfile(
            security_profile_pb2.AttachSecurityProfileRequest(
                security_profile_name=name, security_profile_target_arn=target
            )
        )


def delete(client, name):
    client.detect.DeleteSecurityProfile(
        security_profile_pb2.DeleteSecurityProfileRequest(security_profile_name=name)
    )


def report(thing, number, **metrics):
    """A report; metrics are named without "aws:" and with underscores."""
    return metric_report_pb2.MetricReport(
        thing_name=thing,
        report_id=number,
        datapoints=[
            metric_report_pb2.ReportedDatapoint(
                metric="aws:" + name.replace("_", "-"), value=value
            )
            for name, value in metrics.items()
        ],
    )


def put(client, *reports):
    """Reports that are all taken."""
    response = client.ingestion.PutMetricReports(
        metric_report_pb2.PutMetricReportsRequest(reports=reports)
    )
    assert response.accepted_count == len(reports), response
    return response
