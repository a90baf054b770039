"""The real aws CLI, command by command."""

import datetime
import json

import pytest
from conftest import ARN
from detect.v1 import behavior_pb2, metric_report_pb2

BEHAVIOR = {
    "name": "no-telnet",
    "metric": "aws:listening-tcp-ports",
    "criteria": {
        "comparisonOperator": "not-in-port-set",
        "value": {"ports": [23]},
        "consecutiveDatapointsToAlarm": 1,
        "consecutiveDatapointsToClear": 1,
    },
}
SEED = [
    "attach-security-profile",
    "create-security-profile",
    "delete-security-profile",
    "describe-security-profile",
    "detach-security-profile",
    "list-active-violations",
    "list-security-profiles",
    "list-security-profiles-for-target",
    "list-targets-for-security-profile",
    "list-violation-events",
    "update-security-profile",
    "validate-security-profile-behaviors",
]


def report(face, thing, id, ports):
    value = behavior_pb2.MetricValue(ports=behavior_pb2.PortList(ports=ports))
    datapoint = metric_report_pb2.ReportedDatapoint(metric=BEHAVIOR["metric"], value=value)
    report = metric_report_pb2.MetricReport(thing_name=thing, report_id=id, datapoints=[datapoint])
    face.grpc.ingestion.PutMetricReports(metric_report_pb2.PutMetricReportsRequest(reports=[report]))


def test_the_twelve_commands(face, unique):
    name, thing = unique("profile"), unique("thing")
    profile = ["--security-profile-name", name]
    everything = ["--security-profile-target-arn", ARN + "all/things"]
    behaviors = ["--behaviors", json.dumps([BEHAVIOR])]

    assert face.cli("validate-security-profile-behaviors", *behaviors) == {
        "valid": True,
        "validationErrors": [],
    }
    assert face.cli(
        "create-security-profile", *profile, *behaviors, "--tags", "Key=team,Value=a"
    ) == {"securityProfileName": name, "securityProfileArn": f"{ARN}securityprofile/{name}"}
    described = face.cli("describe-security-profile", *profile)
    assert described["behaviors"] == [BEHAVIOR]
    assert described["version"] == 1
    assert described["creationDate"] == described["lastModifiedDate"]
    updated = face.cli(
        "update-security-profile", *profile, "--security-profile-description", "no telnet"
    )
    assert (updated["version"], updated["securityProfileDescription"]) == (2, "no telnet")

    assert face.cli("attach-security-profile", *profile, *everything) is None
    listed = face.cli("list-security-profiles-for-target", *everything, "--recursive")
    assert {
        "securityProfileIdentifier": {"name": name, "arn": f"{ARN}securityprofile/{name}"},
        "target": {"arn": ARN + "all/things"},
    } in listed["securityProfileTargetMappings"]
    assert face.cli("list-targets-for-security-profile", *profile) == {
        "securityProfileTargets": [{"arn": ARN + "all/things"}]
    }
    identifier = {"name": name, "arn": f"{ARN}securityprofile/{name}"}
    assert identifier in face.cli("list-security-profiles")["securityProfileIdentifiers"]

    report(face, thing, 1, [22, 23])
    [violation] = face.cli("list-active-violations", "--thing-name", thing)["activeViolations"]
    assert violation["behavior"]["name"] == "no-telnet"
    assert violation["lastViolationValue"] == {"ports": [22, 23]}
    assert violation["verificationState"] == "UNKNOWN"
    assert face.cli(
        "put-verification-state-on-violation",
        *["--violation-id", violation["violationId"]],
        *["--verification-state", "TRUE_POSITIVE"],
    ) in (None, {})

    report(face, thing, 2, [22])
    assert face.cli("list-active-violations", "--thing-name", thing) == {"activeViolations": []}
    now = datetime.datetime.now(datetime.UTC)
    start, end = now - datetime.timedelta(minutes=5), now + datetime.timedelta(minutes=5)
    for start, end in [
        (start.isoformat(), end.isoformat()),
        (str(int(start.timestamp())), str(int(end.timestamp()))),
    ]:
        events = face.cli(
            "list-violation-events",
            *["--start-time", start, "--end-time", end, "--thing-name", thing],
        )["violationEvents"]
        assert [event["violationEventType"] for event in events] == ["alarm-cleared", "in-alarm"]
        assert {event["violationId"] for event in events} == {violation["violationId"]}
        assert {event["verificationState"] for event in events} == {"TRUE_POSITIVE"}

    assert face.cli("detach-security-profile", *profile, *everything) is None
    assert face.cli("delete-security-profile", *profile, "--expected-version", "2") is None
    error = face.cli("describe-security-profile", *profile, code=255)
    assert "(ResourceNotFoundException)" in error


@pytest.mark.parametrize("command", SEED)
def test_a_skeleton_is_input(face, command, tmp_path, unique):
    """The skeleton of a command, filled in, is taken back as --cli-input-json."""
    skeleton = face.cli(command, "--generate-cli-skeleton")
    name = unique("profile")
    if command not in ("create-security-profile", "validate-security-profile-behaviors"):
        face.cli("create-security-profile", "--security-profile-name", name)
    values = {
        "securityProfileName": name,
        "securityProfileTargetArn": ARN + "all/registered-things",
        "behaviors": [BEHAVIOR],
        "startTime": "2026-01-01T00:00:00Z",
        "endTime": "2026-01-02T00:00:00Z",
        "maxResults": 10,
    }
    assert set(skeleton) & set(values), "the skeleton has none of the members"
    given = {member: value for member, value in values.items() if member in skeleton}
    path = tmp_path / "input.json"
    path.write_text(json.dumps(given))
    face.cli(command, "--cli-input-json", f"file://{path}")


def test_an_exception_reaches_the_user(face, unique):
    name = unique("profile")
    face.cli("create-security-profile", "--security-profile-name", name)
    error = face.cli(
        "create-security-profile",
        *["--security-profile-name", name, "--security-profile-description", "other"],
        code=255,
    )
    assert "(ResourceAlreadyExistsException)" in error and name in error
    error = face.cli("delete-security-profile", "--security-profile-name", name, "--expected-version", "7", code=255)
    assert "(VersionConflictException)" in error
    assert "(UnknownOperationException)" in face.cli("list-jobs", code=255)
