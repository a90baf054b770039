"""What happens because time passes, on a daemon whose buckets are a second long."""

import time

import grpc
import pytest
from daemon import Client
from detect.v1 import metric_report_pb2 as pb
from detect.v1.behavior_pb2 import COMPARISON_OPERATOR_LESS_THAN
from expect import details
from model import CLEARED, INVALIDATED, IN_ALARM
from model import behavior, count, create, ports, ports_behavior, put, report
from test_violations import active, history, watch


@pytest.fixture
def quick_daemon(daemon_on, tmp_path):
    """Starts a daemon with these options and no grace."""

    def start(*options):
        daemon = daemon_on(tmp_path / "data", "--bucket", "1s", "--grace", "0s", *options)
        return daemon.start()

    return start


def test_a_bucket_closes_and_its_sum_is_judged(quick_daemon):
    client = Client(quick_daemon())
    sent = behavior(
        "sent", "aws:num-messages-sent", COMPARISON_OPERATOR_LESS_THAN, count(10)
    )
    create(client, "profile", sent)
    steps = watch(client, timeout=30)
    next(steps)
    put(client, report("cam", 1, num_messages_sent=count(10)))
    alarm = next(steps).violation_event
    assert (alarm.violation_event_type, alarm.metric_value) == (IN_ALARM, count(10))
    assert alarm.violation_event_time % 1000 == 0
    put(client, report("cam", 2, num_messages_sent=count(0)))
    cleared = next(steps).violation_event
    assert (cleared.violation_event_type, cleared.metric_value) == (CLEARED, count(0))
    steps.cancel()


def test_a_thing_that_falls_silent_has_its_violation_invalidated(quick_daemon):
    client = Client(quick_daemon("--silence", "2s"))
    create(client, "profile", ports_behavior(22))
    steps = watch(client, timeout=30)
    next(steps)
    put(client, report("cam", 1, listening_tcp_ports=ports(80)))
    alarm, invalidated = next(steps).violation_event, next(steps).violation_event
    assert invalidated.violation_event_type == INVALIDATED
    assert invalidated.violation_id == alarm.violation_id
    assert invalidated.violation_event_time == alarm.violation_event_time + 2000
    assert active(client) == []
    steps.cancel()


def test_events_are_kept_as_long_as_the_settings_say(quick_daemon):
    daemon = quick_daemon("--violation-event-retention", "1s")
    client = Client(daemon)
    create(client, "profile", ports_behavior(22))
    put(client, report("cam", 1, listening_tcp_ports=ports(80)))
    end = time.monotonic() + 30
    while history(client) and time.monotonic() < end:
        time.sleep(0.2)
    assert history(client) == []
    # The latest events stay in memory for those who watch; a new process has only what is kept.
    assert daemon.stop() == 0
    client = Client(daemon.start())
    with pytest.raises(grpc.RpcError) as error:
        next(watch(client, after=0))
    assert error.value.code() == grpc.StatusCode.OUT_OF_RANGE
    oldest = details(error.value)["ErrorInfo"].metadata["oldestSequenceNumber"]
    # The alarm itself has not ended.
    assert [violation.thing_name for violation in active(client)] == ["cam"]
    resumed = watch(client, after=int(oldest) - 1, timeout=30)
    put(client, report("cam", 2, listening_tcp_ports=ports()))
    assert next(resumed).violation_event.violation_event_type == CLEARED
    resumed.cancel()


def test_a_thing_that_reports_too_soon_is_throttled(quick_daemon):
    client = Client(quick_daemon("--minimum-report-interval", "1h"))
    put(client, report("cam", 1), report("other", 1))
    response = client.ingestion.PutMetricReports(
        pb.PutMetricReportsRequest(reports=[report("cam", 2), report("third", 1)])
    )
    assert [(each.index, each.reason) for each in response.rejections] == [
        (0, pb.REJECTION_REASON_THROTTLED)
    ]
