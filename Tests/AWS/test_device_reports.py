"""Documents that a gateway posts: the AWS agent's own, and whose they may be."""

import http.client
import json
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import cbor2
import pytest
from AWSIoTDeviceDefenderAgentSDK.collector import Collector

TYPES = {"json": "application/json", "cbor": "application/cbor"}
LOADS = {"json": json.loads, "cbor": cbor2.loads}


def post(face, thing, document, document_format="json", **headers):
    connection = http.client.HTTPConnection(face.address)
    path = f"/things/{thing}/defender/metrics/{document_format}"
    connection.request("POST", path, document, headers)
    response = connection.getresponse()
    body = response.read()
    assert response.headers["content-type"] == TYPES[document_format]
    return response.status, LOADS[document_format](body)


@pytest.mark.parametrize("document_format", TYPES)
def test_the_document_of_the_agent_is_accepted(face, document_format):
    metrics = Collector(use_custom_metrics=False).collect_metrics()
    document = metrics.to_json_string() if document_format == "json" else metrics.to_cbor()
    status, answer = post(face, "camera", document, document_format)
    assert (status, answer["status"], answer["thingName"]) == (200, "ACCEPTED", "camera")
    assert answer["reportId"] == metrics._timestamp


def test_a_document_that_is_none_is_rejected(face):
    status, answer = post(face, "camera", b"\xff", "cbor")
    assert (status, answer["status"]) == (400, "REJECTED")
    assert answer["statusDetails"]["ErrorCode"] == "InvalidPayload"


def test_a_gateway_reports_for_its_own_things(face_on, tmp_path):
    keys, policy = tmp_path / "keys.json", tmp_path / "policy.json"
    keys.touch(mode=0o600)
    gateway = {"id": "AKIDGATEWAY", "secret": "the-secret-of-gateway-00", "name": "hall"}
    keys.write_text(json.dumps({"keys": [gateway]}))
    rule = {"accessKey": "hall", "allow": ["ingest"], "things": ["cam-*"]}
    policy.write_text(json.dumps({"rules": [rule]}))
    face = face_on(tmp_path / "data", "--access-keys", str(keys), "--access-policy", str(policy))
    document = json.dumps({"hed": {"rid": 1, "v": "1.0"}, "met": {}})
    credentials = botocore.credentials.Credentials(gateway["id"], gateway["secret"])

    def signed(thing):
        path = f"/things/{thing}/defender/metrics/json"
        request = botocore.awsrequest.AWSRequest("POST", face.endpoint + path, data=document)
        request.headers["host"] = urllib.parse.urlsplit(face.endpoint).netloc
        botocore.auth.SigV4Auth(credentials, "iot", "us-east-1").add_auth(request)
        return dict(request.headers)

    status, answer = post(face, "cam-7", document, **signed("cam-7"))
    assert (status, answer["status"]) == (200, "ACCEPTED")
    status, answer = post(face, "door", document, **signed("door"))
    assert (status, answer["statusDetails"]["ErrorCode"]) == (403, "Unauthorized")
    status, answer = post(face, "cam-7", document)
    assert (status, answer) == (401, {"message": "the request does not prove who sends it"})
