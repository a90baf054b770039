"""Reports of this machine, measured by AWS's agent or, where that fails, by psutil alone."""

import contextlib
import io

import psutil
from AWSIoTDeviceDefenderAgentSDK import collector as agent
from detect.v1 import behavior_pb2, metric_report_pb2


class Machine:
    """Gives one report after another; byte and packet counters are what came on top since the last."""

    def __init__(self, thing):
        self.source = "AWSIoTDeviceDefenderAgentSDK's collector"
        self._thing = thing
        self._collector = agent.Collector(use_custom_metrics=False)
        self._reports = 0

    def report(self):
        try:
            ports, addresses, network = self._by_agent()
        except Exception as error:  # Whatever it is: the agent is not ours, and psutil is there.
            self.source = f"psutil, since the agent failed ({error})"
            ports, addresses, network = self._by_psutil()
        self._reports += 1
        report = metric_report_pb2.MetricReport(thing_name=self._thing, report_id=self._reports)

        def add(metric, **value):
            report.datapoints.add(
                metric=f"aws:{metric}", value=behavior_pb2.MetricValue(**value)
            )

        add("listening-tcp-ports", ports=behavior_pb2.PortList(ports=ports))
        add("num-listening-tcp-ports", count=len(ports))
        add("destination-ip-addresses", cidrs=behavior_pb2.CidrList(cidrs=addresses))
        add("num-established-tcp-connections", count=len(addresses))
        if self._reports > 1:  # Before there is nothing that anything came on top of.
            for metric, number in network.items():
                add(f"all-{metric.replace('_', '-')}", count=number)
        return report

    def _by_agent(self):
        # It reports its troubles with single connections on standard output.
        with contextlib.redirect_stdout(io.StringIO()):
            metrics = self._collector.collect_metrics()
        ports = sorted({entry["port"] for entry in metrics.listening_ports("TCP")})
        remotes = [entry["remote_addr"] for entry in metrics.network_connections]
        addresses = [remote.rpartition(":")[0].strip("[]") for remote in remotes]
        return ports, addresses, metrics.network_stats

    def _by_psutil(self):
        connections = psutil.net_connections(kind="tcp")
        ports = sorted({c.laddr.port for c in connections if c.status == psutil.CONN_LISTEN})
        addresses = [c.raddr.ip for c in connections if c.status == psutil.CONN_ESTABLISHED]
        return ports, addresses, {}
