"""The ten operations on security profiles and their targets."""

import pytest
from detect.v1 import behavior_pb2, security_profile_pb2 as pb, tag_pb2, thing_group_pb2
from expect import ALREADY_EXISTS, INVALID, LIMIT_EXCEEDED, NOT_FOUND, VERSION_CONFLICT
from expect import details, pages, refused
from model import ACCOUNT, ALL_THINGS, count_behavior, create, delete, ports_behavior

import grpc


def describe(client, name):
    return client.detect.DescribeSecurityProfile(
        pb.DescribeSecurityProfileRequest(security_profile_name=name)
    )


def test_a_profile_is_described_as_it_was_created(client, unique):
    name = unique()
    request = pb.CreateSecurityProfileRequest(
        security_profile_name=name,
        security_profile_description="Cameras talk to us, and to nobody else.",
        behaviors=[ports_behavior(22, 443), count_behavior(10)],
        alert_targets={
            "SNS": pb.AlertTarget(
                alert_target_arn="arn:aws:sns:us-east-1:000000000000:alerts",
                role_arn="arn:aws:iam::000000000000:role/detect",
            )
        },
        additional_metrics_to_retain_v2=[pb.MetricToRetain(metric="aws:all-bytes-out")],
        tags=[tag_pb2.Tag(key="team", value="video")],
    )
    created = client.detect.CreateSecurityProfile(request)
    assert created.security_profile_arn == f"{ACCOUNT}securityprofile/{name}"
    profile = describe(client, name)
    assert profile.security_profile_arn == created.security_profile_arn
    assert profile.security_profile_description == request.security_profile_description
    assert list(profile.behaviors) == list(request.behaviors)
    assert profile.alert_targets == request.alert_targets
    assert profile.additional_metrics_to_retain == ["aws:all-bytes-out"]
    assert profile.version == 1
    assert profile.creation_date == profile.last_modified_date > 0


def test_the_same_request_creates_once_and_another_is_refused(client, unique):
    request = pb.CreateSecurityProfileRequest(
        security_profile_name=unique(), behaviors=[ports_behavior(22)]
    )
    first = client.detect.CreateSecurityProfile(request)
    assert client.detect.CreateSecurityProfile(request) == first
    request.behaviors[0].criteria.value.ports.ports.append(23)
    with pytest.raises(grpc.RpcError) as error:
        client.detect.CreateSecurityProfile(request)
    assert error.value.code() == grpc.StatusCode.ALREADY_EXISTS
    info = details(error.value)["ErrorInfo"]
    assert (info.domain, info.reason) == ("detect", ALREADY_EXISTS[1])
    assert info.metadata["resourceArn"] == first.security_profile_arn


@pytest.mark.parametrize("name", ["", "with space", "sl/ash", "ü", "x" * 129])
def test_a_bad_name_is_refused(client, name):
    with refused(INVALID, field="security_profile_name"):
        client.detect.CreateSecurityProfile(
            pb.CreateSecurityProfileRequest(security_profile_name=name)
        )


@pytest.mark.parametrize("description", ["line\nbreak", "tab\t", "x" * 1001])
def test_a_bad_description_is_refused(client, unique, description):
    with refused(INVALID, field="security_profile_description"):
        client.detect.CreateSecurityProfile(
            pb.CreateSecurityProfileRequest(
                security_profile_name=unique(), security_profile_description=description
            )
        )


def test_create_refuses_what_validate_finds(client, unique):
    faulty = [count_behavior(10), ports_behavior(22, consecutive_datapoints_to_alarm=100)]
    faulty[0].metric = "aws:no-such-metric"
    validation = client.detect.ValidateSecurityProfileBehaviors(
        pb.ValidateSecurityProfileBehaviorsRequest(behaviors=faulty)
    )
    assert not validation.valid
    assert len(validation.validation_errors) == 2
    with pytest.raises(grpc.RpcError) as error:
        client.detect.CreateSecurityProfile(
            pb.CreateSecurityProfileRequest(security_profile_name=unique(), behaviors=faulty)
        )
    assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    for fault in validation.validation_errors:
        assert fault.error_message in error.value.details()


def test_valid_behaviors_have_no_faults_and_odd_ones_a_warning(client):
    odd = count_behavior(10)
    odd.metric = "aws:num-authorization-failures"
    odd.criteria.comparison_operator = behavior_pb2.COMPARISON_OPERATOR_GREATER_THAN
    for behavior, is_odd in [(ports_behavior(22), False), (odd, True)]:
        validation = client.detect.ValidateSecurityProfileBehaviors(
            pb.ValidateSecurityProfileBehaviorsRequest(behaviors=[behavior])
        )
        assert validation.valid
        assert bool(validation.warnings) == is_odd


def test_validate_needs_behaviors(client):
    with refused(INVALID, field="behaviors"):
        client.detect.ValidateSecurityProfileBehaviors(
            pb.ValidateSecurityProfileBehaviorsRequest()
        )


def test_an_update_changes_what_it_names(client, unique):
    name = unique()
    create(client, name, ports_behavior(22), target=None, security_profile_description="before")
    updated = client.detect.UpdateSecurityProfile(
        pb.UpdateSecurityProfileRequest(
            security_profile_name=name, security_profile_description="after"
        )
    )
    assert (updated.version, updated.security_profile_description) == (2, "after")
    assert list(updated.behaviors) == [ports_behavior(22)]
    removed = client.detect.UpdateSecurityProfile(
        pb.UpdateSecurityProfileRequest(
            security_profile_name=name, delete_behaviors=True, expected_version=2
        )
    )
    assert (removed.version, list(removed.behaviors)) == (3, [])
    assert describe(client, name).security_profile_description == "after"


def test_an_update_is_refused_for_its_reasons(client, unique):
    name = unique()
    create(client, name, target=None)
    update = client.detect.UpdateSecurityProfile
    with refused(NOT_FOUND):
        update(pb.UpdateSecurityProfileRequest(security_profile_name=unique()))
    with refused(VERSION_CONFLICT):
        update(pb.UpdateSecurityProfileRequest(security_profile_name=name, expected_version=2))
    with refused(INVALID):
        update(
            pb.UpdateSecurityProfileRequest(
                security_profile_name=name,
                behaviors=[ports_behavior(22)],
                delete_behaviors=True,
            )
        )
    assert describe(client, name).version == 1


def test_what_is_deleted_is_gone_and_deleting_again_succeeds(client, unique):
    name = unique()
    create(client, name)
    with refused(VERSION_CONFLICT):
        client.detect.DeleteSecurityProfile(
            pb.DeleteSecurityProfileRequest(security_profile_name=name, expected_version=9)
        )
    delete(client, name)
    delete(client, name)
    with refused(NOT_FOUND):
        describe(client, name)


def test_hundreds_of_profiles_are_listed_page_by_page(client, unique):
    prefix = unique("page")
    names = [f"{prefix}-{number:03}" for number in range(300)]
    for name in names:
        create(client, name, target=None)
    found, count = pages(
        client.detect.ListSecurityProfiles,
        pb.ListSecurityProfilesRequest(max_results=100),
        "security_profile_identifiers",
    )
    ours = [profile.name for profile in found if profile.name.startswith(prefix)]
    assert ours == names
    assert count >= 3
    assert [profile.name for profile in found] == sorted(profile.name for profile in found)
    for name in names:
        delete(client, name)


def test_a_page_is_refused_for_its_reasons(client, unique):
    name = unique()
    for number in range(3):
        create(client, f"{name}-{number}", target=None)
    token = client.detect.ListSecurityProfiles(
        pb.ListSecurityProfilesRequest(max_results=1)
    ).next_token
    assert token
    with refused(INVALID, field="max_results"):
        client.detect.ListSecurityProfiles(pb.ListSecurityProfilesRequest(max_results=251))
    with refused(INVALID, field="next_token"):
        client.detect.ListSecurityProfiles(pb.ListSecurityProfilesRequest(next_token="made up"))
    with refused(INVALID, field="next_token"):
        client.detect.ListTargetsForSecurityProfile(
            pb.ListTargetsForSecurityProfileRequest(
                security_profile_name=f"{name}-0", next_token=token
            )
        )


def test_a_profile_is_attached_until_it_is_detached(client, unique):
    name, group = unique(), unique("group")
    arn = client.registry.CreateThingGroup(
        thing_group_pb2.CreateThingGroupRequest(thing_group_name=group)
    ).thing_group_arn
    create(client, name, target=arn)
    create(client, name, target=arn)  # Once more changes nothing.

    def targets():
        found, _ = pages(
            client.detect.ListTargetsForSecurityProfile,
            pb.ListTargetsForSecurityProfileRequest(security_profile_name=name),
            "security_profile_targets",
        )
        return [target.arn for target in found]

    def profiles():
        found, _ = pages(
            client.detect.ListSecurityProfilesForTarget,
            pb.ListSecurityProfilesForTargetRequest(security_profile_target_arn=arn),
            "security_profile_target_mappings",
        )
        return [(m.security_profile_identifier.name, m.target.arn) for m in found]

    assert (targets(), profiles()) == ([arn], [(name, arn)])
    detach = pb.DetachSecurityProfileRequest(
        security_profile_name=name, security_profile_target_arn=arn
    )
    client.detect.DetachSecurityProfile(detach)
    client.detect.DetachSecurityProfile(detach)
    assert (targets(), profiles()) == ([], [])


def test_a_target_is_refused_for_its_reasons(client, unique):
    name = unique()
    create(client, name, target=None)
    for arn, expected in [
        ("", INVALID),
        ("thinggroup/x", INVALID),
        (ALL_THINGS.replace("000000000000", "111111111111"), INVALID),
        (f"{ACCOUNT}thinggroup/{unique()}", NOT_FOUND),
    ]:
        with refused(expected):
            client.detect.AttachSecurityProfile(
                pb.AttachSecurityProfileRequest(
                    security_profile_name=name, security_profile_target_arn=arn
                )
            )
    with refused(NOT_FOUND):
        client.detect.DetachSecurityProfile(
            pb.DetachSecurityProfileRequest(
                security_profile_name=unique(), security_profile_target_arn=ALL_THINGS
            )
        )
    with refused(NOT_FOUND):
        client.detect.ListTargetsForSecurityProfile(
            pb.ListTargetsForSecurityProfileRequest(security_profile_name=unique())
        )
    with refused(NOT_FOUND):
        client.detect.ListSecurityProfilesForTarget(
            pb.ListSecurityProfilesForTargetRequest(
                security_profile_target_arn=f"{ACCOUNT}thinggroup/{unique()}"
            )
        )


def test_a_target_takes_five_profiles(client, unique):
    group, name = unique("group"), unique()
    arn = client.registry.CreateThingGroup(
        thing_group_pb2.CreateThingGroupRequest(thing_group_name=group)
    ).thing_group_arn
    for number in range(5):
        create(client, f"{name}-{number}", target=arn)
    with refused(LIMIT_EXCEEDED):
        create(client, f"{name}-5", target=arn)
