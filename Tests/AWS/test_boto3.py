"""boto3: pages, times, exceptions with their members, and texts that need encoding."""

import concurrent.futures
import datetime

import pytest
from conftest import ARN
from detect.v1 import behavior_pb2, metric_report_pb2

MANY = 1000


def pages(iot, operation, **values):
    paginator = iot.get_paginator(operation)
    return [page for page in paginator.paginate(**values)]


def test_a_thousand_profiles_in_pages(face_on, tmp_path):
    iot = face_on(tmp_path / "data").client()
    names = [f"profile-{index:04}" for index in range(MANY)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: iot.create_security_profile(securityProfileName=name), names))
    listed = [
        profile["name"]
        for page in pages(iot, "list_security_profiles", PaginationConfig={"PageSize": 100})
        for profile in page["securityProfileIdentifiers"]
    ]
    assert listed == names


def test_a_thousand_violations_in_pages(face_on, tmp_path):
    face = face_on(tmp_path / "data")
    iot = face.client()
    iot.create_security_profile(
        securityProfileName="telnet",
        behaviors=[
            {
                "name": "no-telnet",
                "metric": "aws:listening-tcp-ports",
                "criteria": {"comparisonOperator": "not-in-port-set", "value": {"ports": [23]}},
            }
        ],
    )
    iot.attach_security_profile(
        securityProfileName="telnet", securityProfileTargetArn=ARN + "all/things"
    )
    value = behavior_pb2.MetricValue(ports=behavior_pb2.PortList(ports=[23]))
    datapoint = metric_report_pb2.ReportedDatapoint(metric="aws:listening-tcp-ports", value=value)
    things = {f"thing-{index}" for index in range(MANY)}
    face.grpc.ingestion.PutMetricReports(
        metric_report_pb2.PutMetricReportsRequest(
            reports=[
                metric_report_pb2.MetricReport(thing_name=thing, report_id=1, datapoints=[datapoint])
                for thing in things
            ]
        )
    )
    active = pages(iot, "list_active_violations", PaginationConfig={"PageSize": 250})
    assert len(active) == 4
    assert {v["thingName"] for page in active for v in page["activeViolations"]} == things
    now = datetime.datetime.now(datetime.UTC)
    events = [
        event
        for page in pages(
            iot,
            "list_violation_events",
            startTime=now - datetime.timedelta(minutes=5),
            endTime=now + datetime.timedelta(minutes=5),
        )
        for event in page["violationEvents"]
    ]
    assert {event["thingName"] for event in events} == things and len(events) == MANY
    assert all(abs(event["violationEventTime"] - now) < datetime.timedelta(minutes=5) for event in events)


def test_names_that_need_encoding(iot, unique):
    name = unique("a:b_c-D")
    arn = iot.create_security_profile(securityProfileName=name)["securityProfileArn"]
    assert arn == f"{ARN}securityprofile/{name}"
    assert iot.describe_security_profile(securityProfileName=name)["securityProfileName"] == name
    tags = [{"Key": "a b/ü", "Value": "x&y=z +%"}]
    iot.tag_resource(resourceArn=arn, tags=tags)
    assert iot.list_tags_for_resource(resourceArn=arn)["tags"] == tags
    # A thing that was never registered may have any name.
    assert iot.list_active_violations(thingName="größe 7/8&9+%")["activeViolations"] == []


def test_exceptions_have_their_members(iot, unique):
    name = unique("profile")
    iot.create_security_profile(securityProfileName=name)
    with pytest.raises(iot.exceptions.ResourceAlreadyExistsException) as caught:
        iot.create_security_profile(securityProfileName=name, securityProfileDescription="other")
    assert caught.value.response["resourceId"] == name
    assert caught.value.response["resourceArn"] == f"{ARN}securityprofile/{name}"
    assert caught.value.response["ResponseMetadata"]["RequestId"]
    with pytest.raises(iot.exceptions.InvalidRequestException) as caught:
        iot.create_security_profile(
            securityProfileName=unique("ml"),
            behaviors=[
                {
                    "name": "b",
                    "metric": "aws:num-messages-sent",
                    "criteria": {"mlDetectionConfig": {"confidenceLevel": "HIGH"}},
                }
            ],
        )
    assert "ML Detect is not offered" in str(caught.value)
    with pytest.raises(iot.exceptions.LimitExceededException):
        iot.create_thing_group(thingGroupName=unique("g"))
        for index in range(6):
            profile = unique("p")
            iot.create_security_profile(securityProfileName=profile)
            iot.attach_security_profile(
                securityProfileName=profile,
                securityProfileTargetArn=ARN + "all/unregistered-things",
            )


def test_times_come_back_as_they_are_kept(iot, unique):
    name = unique("metric")
    before = datetime.datetime.now(datetime.UTC)
    iot.create_custom_metric(metricName=name, metricType="number", clientRequestToken="t")
    created = iot.describe_custom_metric(metricName=name)["creationDate"]
    assert abs(created - before) < datetime.timedelta(seconds=5)
    assert created.microsecond % 1000 == 0
