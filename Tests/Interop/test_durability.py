"""What was acknowledged is there after every kind of end."""

import threading

import grpc
import pytest
from daemon import Client, Daemon
from detect.v1 import metric_report_pb2, security_profile_pb2, tag_pb2, thing_group_pb2, thing_pb2
from detect.v1.violation_pb2 import VERIFICATION_STATE_BENIGN_POSITIVE
from model import CLEARED, IN_ALARM, count, count_behavior, create, ports, ports_behavior, put
from model import report
from stream import Stream
from test_metric_ingestion import batch, values
from test_thing_registry import groups_of, join, make_group, make_thing, things_in
from test_violations import active, explain, history, verify, watch


def end(daemon, how):
    if how == "stop":
        assert daemon.stop() == 0
    else:
        daemon.kill()


def everything(client):
    """All that the API shows of the state that `test_everything_is_there_again` makes."""
    profile = security_profile_pb2.DescribeSecurityProfileRequest(security_profile_name="profile")
    group = thing_group_pb2.DescribeThingGroupRequest(thing_group_name="group")
    tags = tag_pb2.ListTagsForResourceRequest(
        resource_arn="arn:aws:iot:us-east-1:000000000000:securityprofile/profile"
    )
    targets = security_profile_pb2.ListTargetsForSecurityProfileRequest(
        security_profile_name="profile"
    )
    return {
        "profile": client.detect.DescribeSecurityProfile(profile),
        "targets": client.detect.ListTargetsForSecurityProfile(targets),
        "tags": client.registry.ListTagsForResource(tags),
        "group": client.registry.DescribeThingGroup(group),
        "thing": client.registry.DescribeThing(thing_pb2.DescribeThingRequest(thing_name="cam")),
        "groups of the thing": groups_of(client, "cam"),
        "things in the group": things_in(client, "group"),
        "active violations": active(client),
        "violation events": history(client),
        "explanations": [explain(client, event.violation_id) for event in history(client)],
        "values": values(client, "cam", "aws:num-established-tcp-connections"),
    }


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_everything_is_there_again(daemon_on, tmp_path, how):
    daemon = daemon_on(tmp_path / "data").start()
    client = Client(daemon)
    make_thing(client, "cam", site="roof")
    make_group(client, "group")
    join(client, "cam", "group")
    create(
        client,
        "profile",
        ports_behavior(22, consecutive_datapoints_to_alarm=2),
        count_behavior(10),
        tags=[tag_pb2.Tag(key="team", value="video")],
    )
    for number in range(1, 6):
        put(client, report("cam", number, num_established_tcp_connections=count(8 + number)))
    put(client, report("cam", 6, listening_tcp_ports=ports(80)))
    before = everything(client)
    [violation] = before["active violations"]
    verify(client, violation.violation_id, VERIFICATION_STATE_BENIGN_POSITIVE, "a test")
    before = everything(client)
    assert before["active violations"][0].verification_state_description == "a test"
    for _ in range(3):
        end(daemon, how)
        client = Client(daemon.start())
        assert everything(client) == before
    # Streaks and report ids are state as well.
    again = client.ingestion.PutMetricReports(
        metric_report_pb2.PutMetricReportsRequest(reports=[report("cam", 6)])
    )
    assert again.duplicate_count == 1
    put(client, report("cam", 7, listening_tcp_ports=ports(80)))
    assert [violation.behavior.name for violation in active(client)] == ["ports", "connections"]
    assert history(client)[0].sequence_number == before["violation events"][0].sequence_number + 1


def test_a_snapshot_between_makes_no_difference(daemon_on, tmp_path):
    daemon = daemon_on(tmp_path / "data", "--snapshot-journal-bytes", "1000").start()
    client = Client(daemon)
    create(client, "profile", count_behavior(10))
    for number in range(1, 201):
        put(client, report("cam", number, num_established_tcp_connections=count(number % 20)))
    before = history(client), active(client)
    assert len(before[0]) > 10
    stored = values(client, "cam", "aws:num-established-tcp-connections")
    assert [datum.value.count for datum in stored] == [number % 20 for number in range(1, 201)]
    daemon.kill()
    client = Client(daemon.start())
    assert (history(client), active(client)) == before
    assert values(client, "cam", "aws:num-established-tcp-connections") == stored


def test_a_kill_in_the_middle_of_a_stream_loses_nothing_that_was_acknowledged(
    daemon_on, tmp_path
):
    """Each thing alternates between alarm and end, so a lost or repeated report shows in the events.

    No thing has more reports than the 64 whose ids are remembered for sure, however many of them
    were taken and not acknowledged.
    """
    things, rounds = 60, 50
    total = things * rounds
    reports = [
        report(f"cam-{thing}", number, listening_tcp_ports=ports(80 if number % 2 else 22))
        for number in range(1, rounds + 1)
        for thing in range(things)
    ]
    daemon = daemon_on(tmp_path / "data").start()
    create(Client(daemon), "profile", ports_behavior(22))
    acknowledged = 0
    while acknowledged < total:
        stream = Stream(Client(daemon).ingestion.ReportMetrics)
        for number in range(acknowledged, total):
            stream.send(batch(number + 1, reports[number]))
        killer = threading.Timer(0.15, daemon.process.kill)
        killer.start()
        try:
            for acknowledgement in stream.call:
                assert acknowledgement.batch_number == acknowledged + 1
                assert not acknowledgement.rejections
                acknowledged += 1
                if acknowledged == total:
                    killer.cancel()
                    stream.send(None)
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.UNAVAILABLE
            daemon.wait()
            daemon.start()
    client = Client(daemon)
    steps = watch(client, after=0)
    events = [next(steps).violation_event for _ in range(total)]
    steps.cancel()
    assert [event.sequence_number for event in events] == list(range(1, total + 1))
    types = [event.violation_event_type for event in events]
    assert types == ([IN_ALARM] * things + [CLEARED] * things) * (rounds // 2)
    assert len({event.violation_id for event in events}) == total // 2


def test_a_watch_goes_on_after_a_restart(daemon_on, tmp_path):
    daemon: Daemon = daemon_on(tmp_path / "data").start()
    client = Client(daemon)
    create(client, "profile", ports_behavior(22))
    put(client, report("cam", 1, listening_tcp_ports=ports(80)))
    [step] = [next(watch(client, after=0))]
    daemon.kill()
    client = Client(daemon.start())
    put(client, report("cam", 2, listening_tcp_ports=ports(22)))
    resumed = watch(client, after=step.sequence_number)
    event = next(resumed).violation_event
    resumed.cancel()
    assert (event.sequence_number, event.violation_event_type) == (2, CLEARED)
