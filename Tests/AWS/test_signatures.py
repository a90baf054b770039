"""Who calls, and what the policy lets the caller do: access keys, presigned requests, bearer-less and lost ones."""

import datetime
import http.client
import json
import subprocess
import urllib.parse
from unittest import mock

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.exceptions
import pytest

KEYS = {
    "admin": ("AKIDADMIN", "the-secret-of-admin-0000"),
    "reader": ("AKIDREADER", "the-secret-of-reader-000"),
    "nobody": ("AKIDNOBODY", "the-secret-of-nobody-000"),
}
POLICY = {
    "rules": [
        {"accessKey": "admin", "allow": ["read", "administer"]},
        {"accessKey": "read*", "allow": ["read"]},
    ]
}


@pytest.fixture
def guarded(face_on, tmp_path):
    """A face with access keys and a policy."""
    keys = tmp_path / "keys.json"
    keys.touch(mode=0o600)
    entries = [{"id": id, "secret": secret, "name": name} for name, (id, secret) in KEYS.items()]
    keys.write_text(json.dumps({"keys": entries}))
    policy = tmp_path / "policy.json"
    policy.write_text(json.dumps(POLICY))
    return face_on(
        tmp_path / "data", "--access-keys", str(keys), "--access-policy", str(policy)
    )


def code(call):
    """The exception that a call ends with."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call()
    error = caught.value.response
    return error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Code"]


def test_keys_have_roles(guarded):
    admin, reader, nobody = (guarded.client(*KEYS[name]) for name in KEYS)
    admin.create_security_profile(securityProfileName="a:b_c")
    assert reader.describe_security_profile(securityProfileName="a:b_c")["version"] == 1
    denied = (403, "AccessDeniedException")
    assert code(lambda: reader.create_security_profile(securityProfileName="p")) == denied
    assert code(lambda: nobody.list_security_profiles()) == denied
    guarded.daemon.wait_for_log("access key reader")
    [profile] = guarded.cli("list-security-profiles", key=KEYS["reader"][0], secret=KEYS["reader"][1])["securityProfileIdentifiers"]
    assert profile["name"] == "a:b_c"


def test_what_is_not_proved_is_refused(guarded):
    id, secret = KEYS["admin"]
    refused = (401, "UnauthorizedException")
    for client in [guarded.client(id, secret + "x"), guarded.client("AKIDOTHER", secret)]:
        assert code(client.list_security_profiles) == refused
    connection = http.client.HTTPConnection(guarded.address)
    connection.request("GET", "/security-profiles")
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("x-amzn-ErrorType")) == refused
    assert json.loads(answer.read()) == {"message": "the request does not prove who sends it"}


def send(face, request):
    """Sends a request that is signed already; the body is what was signed, or is not."""
    url = urllib.parse.urlsplit(request.url)
    connection = http.client.HTTPConnection(face.address)
    target = url.path + (f"?{url.query}" if url.query else "")
    connection.request(request.method, target, request.data, dict(request.headers))
    return connection.getresponse().status


def signed(face, method, path, body="", offset=0, region="us-east-1", signer=botocore.auth.SigV4Auth):
    request = botocore.awsrequest.AWSRequest(method, face.endpoint + path, data=body)
    request.headers["host"] = urllib.parse.urlsplit(face.endpoint).netloc
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    time = now + datetime.timedelta(seconds=offset)
    with mock.patch("botocore.auth.get_current_datetime", lambda *_, **__: time):
        signer(botocore.credentials.Credentials(*KEYS["admin"]), "iot", region).add_auth(request)
    return request


def test_clocks_may_differ_by_five_minutes(guarded):
    for offset, status in [(0, 200), (-280, 200), (280, 200), (-320, 401), (320, 401)]:
        assert send(guarded, signed(guarded, "GET", "/security-profiles", offset=offset)) == status
    assert send(guarded, signed(guarded, "GET", "/security-profiles", region="eu-west-1")) == 401


def test_a_request_that_was_changed_is_refused(guarded):
    request = signed(guarded, "POST", "/security-profiles/p", body="{}")
    request.data = '{"behaviors":[]}'
    assert send(guarded, request) == 401
    request.data = "{}"
    assert send(guarded, request) == 200


def test_a_request_may_be_signed_in_its_query(guarded):
    presigner = botocore.auth.SigV4QueryAuth
    request = signed(guarded, "GET", "/security-profiles?maxResults=5", signer=presigner)
    assert send(guarded, request) == 200
    request.url = request.url.replace("maxResults=5", "maxResults=6")
    assert send(guarded, request) == 401
    # It is good for an hour by default.
    late = signed(guarded, "GET", "/security-profiles", signer=presigner, offset=-4000)
    assert send(guarded, late) == 401
    early = signed(guarded, "GET", "/security-profiles", signer=presigner, offset=-3000)
    assert send(guarded, early) == 200


def test_without_keys_signatures_are_ignored(face):
    assert face.client("anything", "at all").list_security_profiles()


@pytest.mark.parametrize(
    "options, message",
    [
        (["--aws-listen", "0.0.0.0:0"], "others reach 0.0.0.0:0, and there is no TLS"),
        (["--access-keys", "keys"], "--access-keys needs --aws-listen"),
        (["--aws-listen", "127.0.0.1:0", "--access-keys", "keys"], "--access-policy is missing"),
    ],
)
def test_what_others_could_reach_is_refused(tmp_path, options, message):
    import conftest

    done = subprocess.run(
        [conftest.EXECUTABLE, "--data-dir", tmp_path / "data", "--listen", "127.0.0.1:0", *options],
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert done.returncode == 64
    assert message in done.stderr


def test_a_policy_without_access_keys_asks_for_another_proof(face_on, tmp_path):
    """The signature of a client whose keys nobody knows does no harm, and proves nothing."""
    policy = tmp_path / "policy.json"
    policy.write_text(json.dumps({"rates": [{"method": "*", "per": "client", "callsPerSecond": 0.001, "burst": 2}]}))
    face = face_on(tmp_path / "data", "--access-policy", str(policy))
    iot = face.client()
    iot.list_security_profiles()
    iot.list_security_profiles()
    assert code(iot.list_security_profiles) == (400, "ThrottlingException")
