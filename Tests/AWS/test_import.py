"""`detectd import-aws`, from one Detect into another."""

import subprocess

import conftest
import samples
from conftest import ARN


def run(face, *options, code=0, environment=None):
    done = subprocess.run(
        [conftest.EXECUTABLE, "import-aws", "--from", face.endpoint, *map(str, options)],
        capture_output=True,
        text=True,
        env=conftest.environment() if environment is None else environment,
        timeout=60,
    )
    assert done.returncode == code, done.stderr + done.stdout
    return done.stdout if code in (0, 1) else done.stderr


def fill(iot):
    """What an account may have: one of each, and enough things for several pages."""
    iot.create_dimension(**samples.SAMPLES["CreateDimension"])
    for name, kind in [("number", "number"), ("numbers", "number-list"), ("strings", "string-list")]:
        iot.create_custom_metric(metricName=name, metricType=kind, clientRequestToken="theirs")
    iot.create_security_profile(
        securityProfileName="profile", **samples.PROFILE, tags=samples.TAGS
    )
    iot.create_security_profile(
        securityProfileName="upside-down",
        behaviors=[
            {
                "name": "failures",
                "metric": "aws:num-authorization-failures",
                "criteria": {
                    "comparisonOperator": "greater-than",
                    "value": {"count": 5},
                    "durationSeconds": 300,
                },
            }
        ],
    )
    iot.create_thing_group(thingGroupName="parent")
    iot.create_thing_group(
        thingGroupName="child",
        parentGroupName="parent",
        thingGroupProperties=samples.GROUP_PROPERTIES,
        tags=samples.TAGS,
    )
    for index in range(260):
        iot.create_thing(thingName=f"thing-{index:03}", attributePayload=samples.ATTRIBUTES)
    iot.add_thing_to_thing_group(thingName="thing-000", thingGroupName="child")
    for target in ["all/things", "thinggroup/child"]:
        iot.attach_security_profile(
            securityProfileName="profile", securityProfileTargetArn=ARN + target
        )


def content(iot, account):
    """All that should be the same on both sides, without identifiers, times and accounts."""
    profile = iot.describe_security_profile(securityProfileName="profile")
    targets = iot.list_targets_for_security_profile(securityProfileName="profile")
    group = iot.describe_thing_group(thingGroupName="child")
    things = [
        (thing["thingName"], thing["attributes"])
        for page in iot.get_paginator("list_things").paginate()
        for thing in page["things"]
    ]
    return (
        {name: profile.get(name) for name in samples.PROFILE},
        iot.list_tags_for_resource(resourceArn=profile["securityProfileArn"])["tags"],
        [target["arn"].removeprefix(account) for target in targets["securityProfileTargets"]],
        group["thingGroupProperties"],
        group["thingGroupMetadata"]["parentGroupName"],
        things,
        iot.list_things_in_thing_group(thingGroupName="child")["things"],
        iot.list_custom_metrics()["metricNames"],
        iot.describe_dimension(name="dimension")["stringValues"],
    )


WARNING = "security profile upside-down, behavior failures: warning: the operator is probably inverted"
CREATED = """\
custom metrics: 3 created, 0 unchanged, 0 refused
dimensions: 1 created, 0 unchanged, 0 refused
thing groups: 2 created, 0 unchanged, 0 refused
things: 260 created, 0 unchanged, 0 refused
memberships: 1 created, 0 unchanged, 0 refused
security profiles: 2 created, 0 unchanged, 0 refused
targets: 2 created, 0 unchanged, 0 refused
"""


def test_an_account_comes_over(face_on, tmp_path):
    source = face_on(tmp_path / "source")
    fill(source.client())
    here = ["--region", "eu-west-1", "--account-id", "111111111111"]
    data = ["--data-dir", tmp_path / "data", *here]

    dry = run(source, *here, "--dry-run")
    assert WARNING in dry and dry.endswith("a dry run, nothing was created:\n" + CREATED)
    assert not (tmp_path / "data").exists()

    first = run(source, *data)
    assert WARNING in first and first.endswith(CREATED)
    # The warnings are said again; nothing is created twice.
    second = run(source, *data)
    assert second.count(" 0 created") == 7 and "things: 0 created, 260 unchanged" in second

    target = face_on(tmp_path / "data", *here)
    client = target.client()
    assert content(client, "arn:aws:iot:eu-west-1:111111111111:") == content(source.client(), ARN)
    error = run(source, *data, code=75)
    assert "in use" in error


def test_what_is_refused_is_named(face_on, tmp_path):
    source = face_on(tmp_path / "source")
    source.client().create_security_profile(
        securityProfileName="slow",
        behaviors=[
            {
                "name": "b",
                "metric": "aws:all-bytes-out",
                "criteria": {
                    "comparisonOperator": "less-than",
                    "value": {"count": 5},
                    "durationSeconds": 3600,
                },
            }
        ],
    )
    # Under another bucket that duration is none.
    output = run(source, "--data-dir", tmp_path / "data", "--bucket", "7m", code=1)
    assert "security profile slow: refused: Behavior b is malformed. durationSeconds" in output
    assert "security profiles: 0 created, 0 unchanged, 1 refused" in output


def test_a_source_that_cannot_be_read(face_on, tmp_path):
    face = face_on(tmp_path / "source")
    face.daemon.stop()
    assert "cannot be read" in run(face, "--dry-run", code=69)
    environment = conftest.environment()
    del environment["AWS_ACCESS_KEY_ID"]
    error = run(face, "--dry-run", code=64, environment=environment)
    assert "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are missing" in error
