"""The whole path on this machine: what is normal, an alarm, its end, and both after a restart.

usage: demo.py DETECTD
Exits with 0 only if all of it was seen.
"""

import itertools
import queue
import socket
import sys
import tempfile
import threading
import time

import grpc
from daemon import Client, Daemon
from detect.v1 import metric_report_pb2, security_profile_pb2, violation_pb2
from measure import Machine
from model import CLEARED, IN_ALARM, create, ports_behavior
from stream import Stream

PROFILE = "known-ports-only"
PATIENCE = 30  # Seconds to wait for an event.


def say(text=""):
    print(text, flush=True)


def event_text(event):
    kind = violation_pb2.ViolationEventType.Name(event.violation_event_type)
    clock = time.strftime("%H:%M:%S", time.localtime(event.violation_event_time / 1000))
    listening = ", ".join(map(str, event.metric_value.ports.ports)) or "nothing"
    kind = kind.removeprefix("VIOLATION_EVENT_TYPE_").lower().replace("_", "-")
    return (
        f"   {clock}  {kind:14} {event.thing_name} / {event.security_profile_name}"
        f" / {event.behavior.name}\n             listening on {listening}"
        f"\n             violation {event.violation_id}"
    )


class Demo:
    def __init__(self, daemon):
        self.daemon = daemon
        self.thing = socket.gethostname()[:128] or "this-machine"
        self.machine = Machine(self.thing)
        self.batches = itertools.count(1)
        self.events = queue.SimpleQueue()
        self.allowed = set()

    def connect(self):
        self.client = Client(self.daemon)
        self.reports = Stream(self.client.ingestion.ReportMetrics)
        steps = self.client.detect.WatchViolationEvents(
            violation_pb2.WatchViolationEventsRequest()
        )
        next(steps)  # Says where the watch starts: from here on nothing is missed.
        threading.Thread(target=self._watch, args=[steps], daemon=True).start()

    def _watch(self, steps):
        try:
            for step in steps:
                self.events.put(step.violation_event)
        except grpc.RpcError:
            pass  # The daemon stops, which the demo asked for.

    def send_report(self):
        """Measures, reports, and waits until the report is durable. Returns the listening ports."""
        report = self.machine.report()
        self.reports.send(
            metric_report_pb2.ReportMetricsRequest(
                batch_number=next(self.batches), reports=[report]
            )
        )
        acknowledgement = self.reports.receive()
        if acknowledgement.accepted_count != 1:
            sys.exit(f"FAILED: the report was not taken: {acknowledgement}")
        return set(report.datapoints[0].value.ports.ports)

    def allow(self, ports):
        self.allowed |= ports
        self.client.detect.UpdateSecurityProfile(
            security_profile_pb2.UpdateSecurityProfileRequest(
                security_profile_name=PROFILE, behaviors=[ports_behavior(*sorted(self.allowed))]
            )
        )

    def report_until(self, kind, port):
        """Reports once a second until the watch tells this kind of event."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            strangers = self.send_report() - self.allowed - {port}
            if strangers and kind == IN_ALARM:
                say(f"   (another program opened {sorted(strangers)}: that is allowed from now on)")
                self.allow(strangers)
            try:
                event = self.events.get(timeout=1)
            except queue.Empty:
                continue
            if event.violation_event_type == kind:
                return event
        sys.exit(f"FAILED: no such event came within {PATIENCE} seconds")

    def active(self):
        return self.client.detect.ListActiveViolations(
            violation_pb2.ListActiveViolationsRequest(security_profile_name=PROFILE)
        ).active_violations

    def history(self):
        now = time.time_ns() // 1_000_000
        return self.client.detect.ListViolationEvents(
            violation_pb2.ListViolationEventsRequest(
                start_time=now - 3_600_000, end_time=now + 1, security_profile_name=PROFILE
            )
        ).violation_events

    def run(self):
        say(f"1. detectd listens on {self.daemon.address}, its database in a temporary directory.")
        self.connect()
        self.allowed = self.send_report()
        say(f"\n2. This machine, measured by {self.machine.source},")
        say(f"   listens on the TCP ports {sorted(self.allowed)}. It reports as \"{self.thing}\".")
        create(self.client, PROFILE, ports_behavior(*sorted(self.allowed)))
        say(f'\n3. The security profile "{PROFILE}" says that this is normal, for all things.')
        self.send_report()

        with socket.create_server(("127.0.0.1", 0)) as extra:
            port = extra.getsockname()[1]
            say(f"\n4. A program listens on one more port, {port}. The watch tells:")
            alarm = self.report_until(IN_ALARM, port)
            say(event_text(alarm))
            require(port in alarm.metric_value.ports.ports, "the alarm names the port")
            require(len(self.active()) == 1, "the violation is listed as active")
        say(f"\n5. The program has ended, and port {port} is closed. The watch tells:")
        cleared = self.report_until(CLEARED, port)
        say(event_text(cleared))
        require(port not in cleared.metric_value.ports.ports, "the port is gone")
        require(cleared.violation_id == alarm.violation_id, "it is the end of the same violation")
        require(not self.active(), "no violation is active")

        require(self.daemon.stop() == 0, "the daemon stops with exit code 0")
        self.daemon.start()
        self.client = Client(self.daemon)
        say("\n6. detectd was stopped and started again. Its history, newest first:")
        history = self.history()
        for event in history:
            say(event_text(event))
        require(list(history[:2]) == [cleared, alarm], "alarm and end are there, as they were")
        require(not self.active(), "still no violation is active")


def require(condition, text):
    if not condition:
        sys.exit(f"FAILED: {text}: not so")


def main():
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as directory:
        with Daemon(sys.argv[1], f"{directory}/data") as daemon:
            Demo(daemon).run()
            require(daemon.stop() == 0, "the daemon stops with exit code 0")
    say(f"\nAll of it was seen, in {time.monotonic() - started:.0f} seconds.")


if __name__ == "__main__":
    main()
