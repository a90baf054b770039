"""TLS, HTTP/2, certificates and tokens of callers, keys that are replaced, and a stop in the middle of a request."""

import json
import signal
import socket
import ssl
import subprocess
import time

import pytest
from authority import Authority, Issuer

RULES = [
    {"accessKey": "admin", "allow": ["read", "administer"]},
    {"certificate": {"dns": "console.example.org"}, "allow": ["read"]},
    {"token": {"sub": "reader"}, "allow": ["read"]},
]


class Site:
    """A face behind TLS that knows callers in three ways."""

    def __init__(self, face_on, directory):
        self.authority = Authority(directory / "authority")
        self.authority.issue("server", "DNS:localhost")
        self.authority.issue("console", "DNS:console.example.org")
        self.issuer = Issuer(self.authority.directory)
        keys, policy = directory / "keys.json", directory / "policy.json"
        keys.touch(mode=0o600)
        entry = {"id": "AKIDADMIN", "secret": "the-secret-of-admin-0000", "name": "admin"}
        keys.write_text(json.dumps({"keys": [entry]}))
        policy.write_text(json.dumps({"rules": RULES}))
        path = self.authority.path
        self.face = face_on(
            directory / "data",
            *["--tls-certificate", path("server.pem"), "--tls-key", path("server.key")],
            *["--tls-client-ca", path("ca.pem"), "--tls-client-certificate", "optional"],
            *["--token-issuer", self.issuer.name, "--token-audience", "detect"],
            *["--token-keys", self.issuer.key_set],
            *["--access-keys", keys, "--access-policy", policy],
            scheme="https",
        )

    def boto3(self):
        ca = str(self.authority.path("ca.pem"))
        return self.face.client("AKIDADMIN", "the-secret-of-admin-0000", verify=ca)

    def curl(self, *arguments):
        """The version of HTTP and the status of an answer."""
        done = subprocess.run(
            ["curl", "--silent", "--cacert", self.authority.path("ca.pem")]
            + ["--write-out", "\\n%{http_version} %{http_code}", *arguments]
            + [self.face.endpoint + "/security-profiles"],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.splitlines()[-1]


@pytest.fixture
def site(face_on, tmp_path):
    return Site(face_on, tmp_path)


def test_boto3_over_tls(site):
    iot = site.boto3()
    iot.create_security_profile(securityProfileName="p")
    assert iot.describe_security_profile(securityProfileName="p")["version"] == 1


@pytest.mark.parametrize("version, option", [("1.1", "--http1.1"), ("2", "--http2")])
def test_callers_are_known_in_both_versions_of_http(site, version, option):
    path = site.authority.path
    certificate = ["--cert", path("console.pem"), "--key", path("console.key")]
    token = ["--header", f"authorization: Bearer {site.issuer.token('reader')}"]
    other = ["--header", f"authorization: Bearer {site.issuer.token('other')}"]
    assert site.curl(option) == f"{version} 401"
    assert site.curl(option, *certificate) == f"{version} 200"
    assert site.curl(option, *token) == f"{version} 200"
    assert site.curl(option, *other, *certificate) == f"{version} 403"
    site.face.daemon.wait_for_log("peer=127.0.0.1")


def test_a_body_that_is_too_long_for_http2(site):
    big = ["--header", f"authorization: Bearer {site.issuer.token('reader')}", "--data-binary", "@-"]
    done = subprocess.run(
        ["curl", "--silent", "--http2", "--cacert", site.authority.path("ca.pem")]
        + ["--write-out", "%{http_code}", "--output", "/dev/null", *big]
        + [site.face.endpoint + "/security-profiles/p"],
        input=b"x" * (3 << 20),
        capture_output=True,
    )
    assert done.stdout.endswith(b"413")


def subject(site):
    """The alternative name of the certificate that a new connection sees."""
    context = ssl.create_default_context(cafile=site.authority.path("ca.pem"))
    context.check_hostname = False
    host, _, port = site.face.address.rpartition(":")
    with socket.create_connection((host, int(port))) as plain:
        with context.wrap_socket(plain) as secure:
            return secure.getpeercert()["subjectAltName"]


def test_a_certificate_is_replaced_without_a_restart(site):
    assert subject(site) == (("DNS", "localhost"),)
    site.authority.issue("new", "DNS:new.example.org", into="server")
    site.face.daemon.process.send_signal(signal.SIGHUP)
    site.face.daemon.wait_for_log("files read again")
    assert subject(site) == (("DNS", "new.example.org"),)


def test_a_stop_lets_a_request_finish(face_on, tmp_path):
    face = face_on(tmp_path / "data")
    host, _, port = face.address.rpartition(":")
    with (
        socket.create_connection((host, int(port)), timeout=20) as busy,
        socket.create_connection((host, int(port)), timeout=20) as idle,
    ):
        busy.sendall(b"POST /things/a HTTP/1.1\r\nhost: h\r\ncontent-length: 2\r\n\r\n{")
        # The server has the head of the first request once a later one is answered.
        face.client().list_things()
        face.daemon.process.send_signal(signal.SIGTERM)
        face.daemon.wait_for_log("stopping")
        assert idle.recv(1) == b""
        with pytest.raises(OSError):
            for _ in range(100):
                socket.create_connection((host, int(port)), timeout=1).close()
                time.sleep(0.05)
        busy.sendall(b"}")
        assert busy.recv(1000).startswith(b"HTTP/1.1 200 ")
    assert face.daemon.wait() == 0
