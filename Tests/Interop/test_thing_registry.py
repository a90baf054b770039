"""Things, groups, memberships and tags."""

from detect.v1 import tag_pb2, thing_group_pb2, thing_pb2
from expect import ALREADY_EXISTS, INVALID, LIMIT_EXCEEDED, NOT_FOUND, VERSION_CONFLICT
from expect import pages, refused
from model import ACCOUNT, create


def make_group(client, name, parent="", **fields):
    return client.registry.CreateThingGroup(
        thing_group_pb2.CreateThingGroupRequest(
            thing_group_name=name, parent_group_name=parent, **fields
        )
    )


def make_thing(client, name, **attributes):
    return client.registry.CreateThing(
        thing_pb2.CreateThingRequest(
            thing_name=name,
            attribute_payload=thing_pb2.AttributePayload(attributes=attributes),
        )
    )


def join(client, thing, group):
    client.registry.AddThingToThingGroup(
        thing_group_pb2.AddThingToThingGroupRequest(thing_name=thing, thing_group_name=group)
    )


def groups_of(client, thing):
    found, _ = pages(
        client.registry.ListThingGroupsForThing,
        thing_group_pb2.ListThingGroupsForThingRequest(thing_name=thing, max_results=1),
        "thing_groups",
    )
    return [group.group_name for group in found]


def things_in(client, group, recursive=False):
    found, _ = pages(
        client.registry.ListThingsInThingGroup,
        thing_group_pb2.ListThingsInThingGroupRequest(
            thing_group_name=group, recursive=recursive, max_results=1
        ),
        "things",
    )
    return found


def test_a_thing_from_its_creation_to_its_end(client, unique):
    name = unique("thing")
    created = make_thing(client, name, site="roof")
    assert created.thing_arn == f"{ACCOUNT}thing/{name}"
    assert make_thing(client, name, site="roof") == created
    with refused(ALREADY_EXISTS):
        make_thing(client, name, site="cellar")

    client.registry.UpdateThing(
        thing_pb2.UpdateThingRequest(
            thing_name=name,
            attribute_payload=thing_pb2.AttributePayload(attributes={"lens": "wide"}, merge=True),
            expected_version=1,
        )
    )
    thing = client.registry.DescribeThing(thing_pb2.DescribeThingRequest(thing_name=name))
    assert (thing.thing_id, thing.version) == (created.thing_id, 2)
    assert thing.attributes == {"site": "roof", "lens": "wide"}

    delete = thing_pb2.DeleteThingRequest(thing_name=name, expected_version=1)
    with refused(VERSION_CONFLICT):
        client.registry.DeleteThing(delete)
    delete.expected_version = 2
    client.registry.DeleteThing(delete)
    client.registry.DeleteThing(delete)
    with refused(NOT_FOUND):
        client.registry.DescribeThing(thing_pb2.DescribeThingRequest(thing_name=name))
    with refused(NOT_FOUND):
        client.registry.UpdateThing(thing_pb2.UpdateThingRequest(thing_name=name))


def test_things_are_listed_by_attribute(client, unique):
    site, name = unique("site"), unique("thing")
    for number in range(5):
        make_thing(client, f"{name}-{number}", site=site if number % 2 else "elsewhere")
    found, _ = pages(
        client.registry.ListThings,
        thing_pb2.ListThingsRequest(attribute_name="site", attribute_value=site, max_results=1),
        "things",
    )
    assert [thing.thing_name for thing in found] == [f"{name}-1", f"{name}-3"]
    with refused(INVALID):
        client.registry.ListThings(thing_pb2.ListThingsRequest(attribute_value="alone"))


def test_a_thing_without_a_type_has_three_attributes(client, unique):
    with refused(INVALID):
        make_thing(client, unique(), a="1", b="2", c="3", d="4")


def test_a_group_from_its_creation_to_its_end(client, unique):
    parent, name = unique("parent"), unique("child")
    make_group(client, parent)
    created = make_group(client, name, parent)
    assert created.thing_group_arn == f"{ACCOUNT}thinggroup/{name}"
    with refused(ALREADY_EXISTS):
        make_group(client, name)
    updated = client.registry.UpdateThingGroup(
        thing_group_pb2.UpdateThingGroupRequest(
            thing_group_name=name,
            thing_group_properties=thing_group_pb2.ThingGroupProperties(
                thing_group_description="those outside"
            ),
        )
    )
    group = client.registry.DescribeThingGroup(
        thing_group_pb2.DescribeThingGroupRequest(thing_group_name=name)
    )
    assert group.version == updated.version == 2
    assert group.thing_group_properties.thing_group_description == "those outside"
    assert group.thing_group_metadata.parent_group_name == parent

    with refused(INVALID):  # It has a child.
        client.registry.DeleteThingGroup(
            thing_group_pb2.DeleteThingGroupRequest(thing_group_name=parent)
        )
    for each in (name, parent, parent):
        client.registry.DeleteThingGroup(
            thing_group_pb2.DeleteThingGroupRequest(thing_group_name=each)
        )
    with refused(NOT_FOUND):
        client.registry.DescribeThingGroup(
            thing_group_pb2.DescribeThingGroupRequest(thing_group_name=name)
        )


def test_groups_are_listed_with_their_descendants(client, unique):
    root = unique("root")
    make_group(client, root)
    make_group(client, f"{root}-a", root)
    make_group(client, f"{root}-a-a", f"{root}-a")
    for recursive, expected in [(True, ["a", "a-a"]), (False, ["a"])]:
        found, _ = pages(
            client.registry.ListThingGroups,
            thing_group_pb2.ListThingGroupsRequest(
                parent_group=root, recursive=recursive, max_results=1
            ),
            "thing_groups",
        )
        assert [group.group_name for group in found] == [f"{root}-{part}" for part in expected]


def test_a_hierarchy_has_seven_levels(client, unique):
    name = unique("level")
    for level in range(7):
        make_group(client, f"{name}-{level}", f"{name}-{level - 1}" if level else "")
    with refused(LIMIT_EXCEEDED):
        make_group(client, f"{name}-7", f"{name}-6")


def test_things_join_and_leave_groups(client, unique):
    root, child, other, thing = unique("root"), unique("child"), unique("other"), unique("thing")
    make_group(client, root)
    make_group(client, child, root)
    make_group(client, other)
    make_thing(client, thing)
    join(client, thing, child)
    join(client, thing, child)
    assert groups_of(client, thing) == [child]
    assert things_in(client, child) == things_in(client, root, recursive=True) == [thing]
    assert things_in(client, root) == []
    with refused(INVALID):  # Once in a hierarchy.
        join(client, thing, root)
    with refused(NOT_FOUND):
        join(client, unique(), root)

    client.registry.UpdateThingGroupsForThing(
        thing_group_pb2.UpdateThingGroupsForThingRequest(
            thing_name=thing, thing_groups_to_add=[other], thing_groups_to_remove=[child]
        )
    )
    assert groups_of(client, thing) == [other]
    client.registry.RemoveThingFromThingGroup(
        thing_group_pb2.RemoveThingFromThingGroupRequest(
            thing_name=thing, thing_group_name=other
        )
    )
    assert groups_of(client, thing) == []


def test_tags_are_written_listed_and_removed(client, unique):
    name = unique()
    create(client, name, target=None, tags=[tag_pb2.Tag(key="a", value="1")])
    arn = f"{ACCOUNT}securityprofile/{name}"

    def tags():
        found, _ = pages(
            client.registry.ListTagsForResource,
            tag_pb2.ListTagsForResourceRequest(resource_arn=arn),
            "tags",
        )
        return {tag.key: tag.value for tag in found}

    client.registry.TagResource(
        tag_pb2.TagResourceRequest(
            resource_arn=arn,
            tags=[tag_pb2.Tag(key="a", value="2"), tag_pb2.Tag(key="b", value="")],
        )
    )
    assert tags() == {"a": "2", "b": ""}
    client.registry.UntagResource(
        tag_pb2.UntagResourceRequest(resource_arn=arn, tag_keys=["a", "absent"])
    )
    assert tags() == {"b": ""}
    with refused(LIMIT_EXCEEDED):
        client.registry.TagResource(
            tag_pb2.TagResourceRequest(
                resource_arn=arn, tags=[tag_pb2.Tag(key=str(n)) for n in range(50)]
            )
        )
    with refused(NOT_FOUND):
        client.registry.ListTagsForResource(
            tag_pb2.ListTagsForResourceRequest(
                resource_arn=f"{ACCOUNT}securityprofile/{unique()}"
            )
        )
