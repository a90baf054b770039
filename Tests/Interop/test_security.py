"""TLS, certificates, tokens and the policy, as clients of other makes see them."""

import json
import signal
import socket
import ssl
import subprocess
import time

import grpc
import pytest
from authority import Authority, Issuer
from daemon import Client
from detect.v1 import metric_report_pb2, security_profile_pb2, violation_pb2
from expect import details, refused
from grpc_health.v1 import health_pb2, health_pb2_grpc
from model import count, create, ports, ports_behavior, report
from stream import Stream
from test_daemon import failure

UNAUTHENTICATED = (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHORIZED_EXCEPTION")
DENIED = (grpc.StatusCode.PERMISSION_DENIED, "UNAUTHORIZED_EXCEPTION")
NOT_MINE = metric_report_pb2.REJECTION_REASON_PERMISSION_DENIED

RULES = [
    {"certificate": {"uri": "spiffe://example.org/gateway/*"}, "allow": ["ingest"],
     "things": ["{*}", "cam-*"]},
    {"certificate": {"dns": "console.example.org"}, "allow": ["read", "administer"]},
    {"token": {"sub": "reader"}, "allow": ["read"]},
    {"token": {"sub": "*", "groups": "operators"}, "allow": ["read", "administer"]},
]  # fmt: skip


class Site:
    """An authority, an issuer, a policy, and the options of a daemon that trusts them."""

    def __init__(self, directory):
        self.authority = Authority(directory / "authority")
        self.authority.issue("server", "DNS:localhost")
        self.authority.issue("gateway", "URI:spiffe://example.org/gateway/door")
        self.authority.issue("console", "DNS:console.example.org")
        self.issuer = Issuer(self.authority.directory)
        self.policy = directory / "policy.json"
        self.write({"rules": RULES})

    def write(self, policy):
        self.policy.write_text(json.dumps(policy))

    @property
    def tls(self):
        return [
            *["--tls-certificate", self.authority.path("server.pem")],
            *["--tls-key", self.authority.path("server.key")],
        ]

    @property
    def clients(self):
        return ["--tls-client-ca", self.authority.path("ca.pem")]

    @property
    def tokens(self):
        return [
            *["--token-issuer", self.issuer.name, "--token-audience", "detect"],
            *["--token-keys", self.issuer.key_set],
        ]

    @property
    def everything(self):
        optional = ["--tls-client-certificate", "optional", "--access-policy", self.policy]
        return [*self.tls, *self.clients, *self.tokens, *optional]

    def credentials(self, name=None, token=None):
        """Those of a client that shows this certificate or this token."""
        key, chain = (
            (self.authority.read(f"{name}.key"), self.authority.read(f"{name}.pem"))
            if name
            else (None, None)
        )
        channel = grpc.ssl_channel_credentials(self.authority.read("ca.pem"), key, chain)
        if token is None:
            return channel
        return grpc.composite_channel_credentials(channel, grpc.access_token_call_credentials(token))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return Site(tmp_path_factory.mktemp("site"))


def start(daemon_on, tmp_path, *options):
    return daemon_on(tmp_path / "data", *map(str, options)).start()


def list_profiles(client):
    return client.detect.ListSecurityProfiles(
        security_profile_pb2.ListSecurityProfilesRequest(), timeout=10
    )


def put(client, *things):
    return client.ingestion.PutMetricReports(
        metric_report_pb2.PutMetricReportsRequest(
            reports=[report(thing, 1, listening_tcp_ports=ports(80)) for thing in things]
        ),
        timeout=10,
    )


def test_each_caller_gets_what_the_policy_allows(daemon_on, tmp_path, site):
    daemon = start(daemon_on, tmp_path, *site.everything)
    console = Client(daemon, site.credentials("console"))
    gateway = Client(daemon, site.credentials("gateway"))
    reader = Client(daemon, site.credentials(token=site.issuer.token("reader")))
    operator = Client(
        daemon, site.credentials(token=site.issuer.token("o", groups=["operators"], aud=["detect"]))
    )
    create(console, "known-ports", ports_behavior(22))
    assert [p.name for p in list_profiles(reader).security_profile_identifiers] == ["known-ports"]
    with refused(DENIED):
        create(reader, "other", ports_behavior(22))
    create(operator, "other", ports_behavior(22))

    outcome = put(gateway, "door", "cam-7", "lamp")
    assert outcome.accepted_count == 2
    assert [(r.index, r.reason, r.field) for r in outcome.rejections] == [
        (2, NOT_MINE, "thing_name")
    ]
    for client in (console, reader, operator):
        with refused(DENIED):
            put(client, "cam-7")
    with refused(DENIED):
        list_profiles(gateway)
    # A token counts, and not the certificate beside it.
    token = site.issuer.token("reader")
    with refused(DENIED):
        put(Client(daemon, site.credentials("gateway", token)), "cam-7")
    with refused(UNAUTHENTICATED):
        list_profiles(Client(daemon, site.credentials()))
    health = health_pb2_grpc.HealthStub(daemon.channel(site.credentials()))
    assert health.Check(health_pb2.HealthCheckRequest()).status == 1
    assert daemon.stop() == 0


def test_bad_tokens_are_refused_alike_and_never_logged(daemon_on, tmp_path, site):
    daemon = start(daemon_on, tmp_path, *site.everything)
    issuer = site.issuer
    good = issuer.token("reader")
    bad = [
        issuer.token("reader", exp=int(time.time()) - 61),
        issuer.token("reader", nbf=int(time.time()) + 120),
        issuer.token("reader", aud="other"),
        issuer.token("reader", iss="https://other.example.org"),
        issuer.token("reader", {"alg": "none"}),
        issuer.token("reader", {"alg": "HS256"}),
        issuer.token("reader", {"kid": "other"}),
        good[:-2] + ("AA" if good[-2:] != "AA" else "BB"),
        "nonsense",
    ]
    for token in bad:
        with pytest.raises(grpc.RpcError) as caught:
            list_profiles(Client(daemon, site.credentials(token=token)))
        assert caught.value.code() == grpc.StatusCode.UNAUTHENTICATED
        assert caught.value.details() == 'Bearer realm="detect", error="invalid_token"'
        assert set(details(caught.value)) == {"ErrorInfo"}
    list_profiles(Client(daemon, site.credentials(token=good)))
    assert daemon.stop() == 0
    log = "".join(daemon.log)
    assert log.count("call refused") == len(bad)
    assert "it has expired" in log and "it is meant for another audience" in log
    for token in [good, *bad]:
        assert token not in log and token.rpartition(".")[2] not in log


def test_a_stream_ends_with_its_token(daemon_on, tmp_path, site):
    daemon = start(daemon_on, tmp_path, *site.everything)
    token = site.issuer.token("reader", exp=int(time.time()) + 2)
    client = Client(daemon, site.credentials(token=token))
    events = client.detect.WatchViolationEvents(
        violation_pb2.WatchViolationEventsRequest(), timeout=90
    )
    with pytest.raises(grpc.RpcError) as caught:
        list(events)
    assert caught.value.code() == grpc.StatusCode.UNAUTHENTICATED
    assert daemon.stop() == 0


def shown_certificate(daemon, site):
    """The serial number of the certificate that the daemon shows now."""
    port = daemon.address.rpartition(":")[2]
    context = ssl.create_default_context(cafile=str(site.authority.path("ca.pem")))
    context.set_alpn_protocols(["h2"])
    with socket.create_connection(("127.0.0.1", int(port))) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as secure:
            return secure.getpeercert()["serialNumber"]


def test_a_new_certificate_needs_no_restart(daemon_on, tmp_path):
    site = Site(tmp_path)
    daemon = start(daemon_on, tmp_path, *site.everything)
    client = Client(daemon, site.credentials(token=site.issuer.token("reader")))
    list_profiles(client)
    first = shown_certificate(daemon, site)
    site.authority.issue("server-2", "DNS:localhost", into="server")
    daemon.process.send_signal(signal.SIGHUP)
    daemon.wait_for_log("files read again")
    assert shown_certificate(daemon, site) != first
    # The connection that there was goes on.
    list_profiles(client)

    # Half a file does not replace what works, and nobody needs to send a signal.
    second = shown_certificate(daemon, site)
    site.authority.path("server.pem").write_text("half")
    daemon.wait_for_log("the old certificate stays in use")
    assert shown_certificate(daemon, site) == second
    assert daemon.stop() == 0


def test_new_keys_and_a_new_policy_need_no_restart(daemon_on, tmp_path):
    site = Site(tmp_path)
    daemon = start(daemon_on, tmp_path, *site.everything)
    old = Client(daemon, site.credentials(token=site.issuer.token("reader")))
    list_profiles(old)
    site.issuer.rotate("2026-12")
    daemon.process.send_signal(signal.SIGHUP)
    daemon.wait_for_log("files read again")
    with refused(UNAUTHENTICATED):
        list_profiles(old)
    new = Client(daemon, site.credentials(token=site.issuer.token("reader")))
    list_profiles(new)

    gateway = Client(daemon, site.credentials("gateway"))
    stream = Stream(gateway.ingestion.ReportMetrics, timeout=60)
    batch = metric_report_pb2.ReportMetricsRequest(
        batch_number=1, reports=[report("cam-1", 1, listening_tcp_ports=ports(80))]
    )
    stream.send(batch)
    assert stream.receive().accepted_count == 1
    daemon.log.clear()
    site.write({"rules": RULES[1:]})
    daemon.wait_for_log("files read again")
    stream.send(batch)
    with refused(DENIED):
        stream.receive()
    daemon.log.clear()
    site.write({"rules": [{"anyone": True, "allow": ["everything"]}]})
    daemon.wait_for_log("the old keys and policy stay in use")
    list_profiles(new)
    assert daemon.stop() == 0


def test_who_shows_no_certificate_or_speaks_no_tls_gets_nowhere(daemon_on, tmp_path, site):
    daemon = start(
        daemon_on, tmp_path, *site.tls, *site.clients, "--access-policy", site.policy
    )
    stranger = Authority(tmp_path / "stranger")
    stranger.issue("gateway", "URI:spiffe://example.org/gateway/door")
    forged = grpc.ssl_channel_credentials(
        site.authority.read("ca.pem"), stranger.read("gateway.key"), stranger.read("gateway.pem")
    )
    for credentials in [None, site.credentials(), forged]:
        with pytest.raises(grpc.RpcError) as caught:
            put(Client(daemon, credentials), "cam-7")
        assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
    assert put(Client(daemon, site.credentials("gateway")), "cam-7").accepted_count == 1
    daemon.wait_for_log("the client does not speak TLS")
    daemon.wait_for_log("the client shows no certificate")
    daemon.wait_for_log("not of a trusted authority")
    assert daemon.stop() == 0


def test_curl_and_openssl_agree_on_what_is_spoken(daemon_on, tmp_path, site):
    daemon = start(daemon_on, tmp_path, *site.everything)
    port = daemon.address.rpartition(":")[2]

    def handshake(*options):
        return subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *options],
            input=b"", capture_output=True, timeout=20,
        )  # fmt: skip

    for version, name in [("-tls1_2", b"TLSv1.2"), ("-tls1_3", b"TLSv1.3")]:
        output = handshake(version, "-alpn", "h2").stdout
        assert b"ALPN protocol: h2" in output and name in output
    assert handshake("-tls1_1", "-cipher", "ALL:@SECLEVEL=0").returncode != 0
    # A cipher that RFC 9113 forbids.
    assert handshake("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256").returncode != 0
    assert b"ALPN protocol: http/1.1" not in handshake("-alpn", "http/1.1").stdout
    daemon.wait_for_log("the client does not offer HTTP/2 in ALPN")
    assert daemon.stop() == 0


def test_a_rate_is_kept_and_says_when_to_come_again(daemon_on, tmp_path, site):
    policy = tmp_path / "rates.json"
    rate = {"method": "/detect.v1.Detect/*", "per": "client", "callsPerSecond": 0.01, "burst": 2}
    policy.write_text(json.dumps({"rates": [rate]}))
    daemon = start(daemon_on, tmp_path, "--access-policy", policy)
    client = Client(daemon)
    list_profiles(client)
    list_profiles(client)
    with pytest.raises(grpc.RpcError) as caught:
        list_profiles(client)
    assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert details(caught.value)["ErrorInfo"].reason == "THROTTLING_EXCEPTION"
    assert 90 <= details(caught.value)["RetryInfo"].retry_delay.seconds <= 100
    pushback = dict(caught.value.trailing_metadata())["grpc-retry-pushback-ms"]
    assert 90_000 <= int(pushback) <= 100_000
    assert put(client, "cam-1").accepted_count == 1
    assert daemon.stop() == 0


def test_a_stop_behind_tls_finishes_what_is_under_way(daemon_on, tmp_path, site):
    daemon = start(daemon_on, tmp_path, *site.everything)
    gateway = Client(daemon, site.credentials("gateway"))
    stream = Stream(gateway.ingestion.ReportMetrics, timeout=60)
    for number in range(1, 21):
        stream.send(
            metric_report_pb2.ReportMetricsRequest(
                batch_number=number, reports=[report("cam-1", number, num_disconnects=count(1))]
            )
        )
    assert stream.receive().batch_number == 1
    daemon.process.send_signal(signal.SIGTERM)
    acknowledged = 1
    with pytest.raises(grpc.RpcError) as caught:
        while True:
            acknowledged = stream.receive().batch_number
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
    assert acknowledged >= 1
    assert daemon.wait() == 0


@pytest.mark.parametrize(
    "change",
    ["no policy", "no key", "foreign key", "bad policy", "no rules", "no such keys"],
)
def test_what_cannot_be_meant_does_not_start(daemon_on, tmp_path, change):
    site = Site(tmp_path)
    options = site.everything
    expected = 66
    if change == "no policy":
        options, expected = options[:-2], 64
    elif change == "no key":
        options, expected = options[2:], 64
    elif change == "foreign key":
        site.authority.path("server.key").write_bytes(site.authority.read("gateway.key"))
    elif change == "bad policy":
        site.write({"rules": [{"anyone": True, "allow": ["read"], "thing": ["x"]}]})
    elif change == "no rules":
        site.write({})
    else:
        site.issuer.key_set.unlink()
    code, line = failure(daemon_on(tmp_path / "data", *map(str, options)))
    assert code == expected, line
