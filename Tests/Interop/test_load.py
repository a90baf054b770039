"""Many at once."""

import concurrent.futures
import re
import subprocess

from daemon import Client
from model import count, report
from stream import Stream
from test_metric_ingestion import batch


def test_a_hundred_streams_at_once(shared_daemon, unique):
    """On four connections; every stream is open before the first batch is sent."""
    clients = [Client(shared_daemon) for _ in range(4)]
    things = [unique("thing") for _ in range(100)]
    streams = [
        Stream(clients[number % 4].ingestion.ReportMetrics, timeout=60) for number in range(100)
    ]

    def talk(pair):
        thing, stream = pair
        for number in range(1, 51):
            stream.send(
                batch(number, report(thing, number, num_listening_tcp_ports=count(number)))
            )
        return stream.finish()

    with concurrent.futures.ThreadPoolExecutor(100) as pool:
        for acknowledgements in pool.map(talk, zip(things, streams)):
            assert [each.batch_number for each in acknowledgements] == list(range(1, 51))
            assert all(each.accepted_count == 1 for each in acknowledgements)


def test_another_http2_client_under_load(shared_daemon, tmp_path):
    """h2load counts a call as failed unless the stream ends as HTTP/2 wants it."""
    (tmp_path / "empty-message").write_bytes(bytes(5))
    result = subprocess.run(
        ["h2load", "--requests=20000", "--clients=20", "--max-concurrent-streams=50"]
        + [f"--data={tmp_path / 'empty-message'}", "--header=te: trailers"]
        + ["--header=content-type: application/grpc"]
        + [f"http://{shared_daemon.address}/grpc.health.v1.Health/Check"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert re.search(r"20000 succeeded, 0 failed, 0 errored, 0 timeout", result.stdout), result
