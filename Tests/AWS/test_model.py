"""Holds the face against AWS's own model of its operations: every member is read or written, and every
constraint is enforced, but for what differences.py says."""

import http.client
import json

import differences
import model
import mutation
import pytest
import samples
from detect.v1 import behavior_pb2, metric_report_pb2

REFUSED = "InvalidRequestException"


class Recording:
    """What came of the samples and of everything that is wrong with them."""

    def __init__(self, face):
        self.connection = http.client.HTTPConnection(face.address)
        self.answers = {}
        self.refusals = {}
        for operation, values in samples.PREPARATION:
            self.send(operation, values)
        violation = self.raise_alarm(face)
        for operation, values in samples.SAMPLES.items():
            values = {name: value if value != "VIOLATION" else violation for name, value in values.items()}
            shape = model.SERVICE.operation_model(operation).input_shape
            self.refusals[operation] = [
                (path, constraint, self.send(operation, bad))
                for path, constraint, bad in mutation.mutations(shape, values)
            ]
            self.answers[operation] = [self.send(operation, values)]
        for operation, values in self.more():
            self.answers[operation].append(self.send(operation, values))

    def send(self, operation, values):
        """Status, name of the exception and members of the answer."""
        method, target, body = model.request(operation, values)
        self.connection.request(method, target, body)
        answer = self.connection.getresponse()
        body = answer.read()
        assert answer.getheader("x-amzn-RequestId")
        return answer.status, answer.getheader("x-amzn-ErrorType"), json.loads(body)

    def raise_alarm(self, face):
        """A violation of each of two things that nobody has registered, and two retained values of both."""
        behavior = {
            "name": "telnet",
            "metric": "aws:listening-tcp-ports",
            "criteria": {"comparisonOperator": "not-in-port-set", "value": {"ports": [23]}},
        }
        telnet = {"securityProfileName": "telnet"}
        self.send("CreateSecurityProfile", {**telnet, "behaviors": [behavior]})
        self.send("AttachSecurityProfile", {**telnet, **target("all/things")})
        value = behavior_pb2.MetricValue(ports=behavior_pb2.PortList(ports=[23]))
        datapoint = metric_report_pb2.ReportedDatapoint(metric=behavior["metric"], value=value)
        reports = [
            metric_report_pb2.MetricReport(thing_name=thing, report_id=id, datapoints=[datapoint])
            for thing in ["open", "open too"]
            for id in [1, 2]
        ]
        face.grpc.ingestion.PutMetricReports(
            metric_report_pb2.PutMetricReportsRequest(reports=reports)
        )
        _, _, active = self.send("ListActiveViolations", {"thingName": "open"})
        return active["activeViolations"][0]["violationId"]

    def more(self):
        """Calls whose answers have what those of the samples have not: pages, and what is wrong."""
        for index in range(2):
            name, group = f"more{index}", {"thingGroupName": f"more{index}"}
            self.send("CreateThing", {"thingName": name})
            self.send("CreateThingGroup", {**group, "parentGroupName": "parent"})
            self.send("CreateSecurityProfile", {"securityProfileName": name})
            values = {"type": "TOPIC_FILTER", "stringValues": ["a"], "clientRequestToken": "t"}
            self.send("CreateDimension", {"name": name, **values})
            self.send("AddThingToThingGroup", {"thingName": name, "thingGroupName": "more0"})
            for profile in ["telnet", "more0"]:
                values = {"securityProfileName": profile, **target(f"thinggroup/{name}")}
                self.send("AttachSecurityProfile", values)
        self.send("AddThingToThingGroup", {"thingName": "more0", "thingGroupName": "other"})
        tags = [{"Key": f"key{index}", "Value": "v"} for index in range(30)]
        resource = {"resourceArn": samples.ARN + "thinggroup/group"}
        self.send("TagResource", {**resource, "tags": tags})
        ever = {"startTime": "2020-01-01T00:00:00Z", "endTime": "2100-01-01T00:00:00Z"}
        _, _, answer = self.send("ListViolationEvents", ever)
        time = answer["violationEvents"][0]["violationEventTime"]
        around = {"startTime": time - 60, "endTime": time + 60}
        values = {"thingName": "open", "metricName": "aws:listening-tcp-ports", **around}
        lists = {
            "ListActiveViolations": {},
            "ListViolationEvents": ever,
            "ListMetricValues": values,
            "ListSecurityProfilesForTarget": target("thinggroup/more0"),
            "ListTargetsForSecurityProfile": {"securityProfileName": "telnet"},
            "ListThingGroupsForThing": {"thingName": "more0"},
            "ListThingsInThingGroup": {"thingGroupName": "more0"},
        }
        for operation in samples.SAMPLES:
            shape = model.SERVICE.operation_model(operation).input_shape
            if "maxResults" in shape.members:
                yield operation, {**lists.get(operation, {}), "maxResults": 1}
        yield "ListActiveViolations", {"thingName": "open"}
        yield "ListViolationEvents", {**ever, "thingName": "open"}
        yield "ListTagsForResource", resource
        yield "ValidateSecurityProfileBehaviors", {"behaviors": [{"name": "b", "metric": "none"}]}


def target(resource):
    return {"securityProfileTargetArn": samples.ARN + resource}


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    import conftest

    data_dir = tmp_path_factory.mktemp("model") / "data"
    with conftest.Daemon(conftest.EXECUTABLE, data_dir, "--aws-listen", "127.0.0.1:0") as daemon:
        yield Recording(conftest.Face(daemon))


def is_listed(name, table):
    """Whether a member is in a table of differences, by its owner or for all owners."""
    return name in table or "*." + name.partition(".")[2] in table


def test_the_served_operations_are_those_of_the_router(face):
    connection = http.client.HTTPConnection(face.address)
    served = []
    for name in model.SERVICE.operation_names:
        labels = {"thingName": "x"}
        operation = model.SERVICE.operation_model(name)
        for member, shape in model.members(operation.input_shape).items():
            if shape.serialization.get("location") == "uri":
                labels[member] = "x"
        method, target, _ = model.request(name, {n: v for n, v in labels.items() if n in model.members(operation.input_shape)})
        connection.request(method, target, "{")
        answer = connection.getresponse()
        answer.read()
        if answer.getheader("x-amzn-ErrorType") != "UnknownOperationException":
            served.append(name)
    assert sorted(served) == sorted(model.served())


def test_each_served_operation_has_a_sample():
    assert sorted(samples.SAMPLES) == sorted(model.served())


@pytest.mark.parametrize("operation", samples.SAMPLES)
def test_a_request_with_all_its_members_succeeds(recording, operation):
    for status, error, body in recording.answers[operation]:
        assert (status, error) == (200, None), body


@pytest.mark.parametrize("operation", samples.SAMPLES)
def test_the_sample_has_every_member_of_the_model(operation):
    """So that each of them is looked at below. Tokens and filters that exclude others have tests of their own."""
    shape = model.SERVICE.operation_model(operation).input_shape
    sampled = {path for path, *_ in mutation.places(shape, samples.SAMPLES[operation])}
    missing = {
        name
        for path, name, _ in model.paths(shape, operation)
        if path not in sampled and not is_listed(name, differences.REFUSED)
    }
    assert missing - {f"{operation}.nextToken", "ListSecurityProfiles.metricName"} == set()


@pytest.mark.parametrize("operation", samples.SAMPLES)
def test_every_constraint_is_enforced(recording, operation):
    wrong = []
    for path, constraint, (status, error, body) in recording.refusals[operation]:
        is_refused = (status, error) == (400, REFUSED) or body.get("valid") is False
        if not is_refused:
            wrong.append((path, constraint, status, error, body))
    assert wrong == []


def test_every_member_of_an_answer_is_written(recording):
    """Those of a shape that many answers have, in one of them."""
    expected, written = set(), set()
    for operation, answers in recording.answers.items():
        shape = model.SERVICE.operation_model(operation).output_shape
        expected |= {name for _, name, _ in model.paths(shape, operation)}
        for _, _, body in answers:
            written |= set(written_names(shape, operation, body))
    assert written - expected == set(), "the model does not know them"
    listed = {name for name in expected if is_listed(name, differences.ANSWER)}
    assert expected - written == listed


def written_names(shape, owner, value):
    """The members of an answer by the names that the tables of differences have."""
    if shape is None or shape.type_name == "structure":
        for name, member in value.items():
            yield f"{owner}.{name}"
            inner = model.members(shape).get(name)
            if inner is not None:
                yield from written_names(inner, inner.name, member)
    elif shape.type_name == "list":
        for element in value:
            yield from written_names(shape.member, shape.member.name, element)
    elif shape.type_name == "map":
        for element in value.values():
            yield from written_names(shape.value, shape.value.name, element)


@pytest.mark.parametrize("operation", samples.SAMPLES)
def test_every_member_of_a_request_is_read(recording, operation):
    """One that is not would be taken whatever it is."""
    shape = model.SERVICE.operation_model(operation).input_shape
    refused = {path for path, _, (status, *_) in recording.refusals[operation] if status == 400}
    refused |= {path[:-5] for path in refused if path.endswith("{key}")}
    sampled = {path for path, *_ in mutation.places(shape, samples.SAMPLES[operation])}
    named = {path for path, _, member in model.paths(shape, operation)}
    validates = operation == "ValidateSecurityProfileBehaviors"
    assert sampled & named - refused == set() or validates


@pytest.mark.parametrize("operation", [name for name in samples.SAMPLES if name.startswith("List")])
def test_a_token_that_nobody_gave_is_refused(recording, operation):
    values = {**samples.SAMPLES[operation], "nextToken": "nobody's"}
    status, error, _ = recording.send(operation, values)
    assert (status, error) == (400, REFUSED)


def test_the_tables_of_differences_name_members_that_there_are():
    requests, answers = set(), set()
    for operation in samples.SAMPLES:
        described = model.SERVICE.operation_model(operation)
        requests |= {name for _, name, _ in model.paths(described.input_shape, operation)}
        answers |= {name for _, name, _ in model.paths(described.output_shape, operation)}
    listed = set(differences.REFUSED) | set(differences.REQUEST)
    assert {name for name in listed if not is_named(name, requests)} == set()
    assert {name for name in differences.ANSWER if not is_named(name, answers)} == set()
    assert set(differences.OPERATION) <= set(samples.SAMPLES)


def is_named(name, names):
    owner, _, member = name.partition(".")
    return name in names or owner == "*" and any(other.endswith(f".{member}") for other in names)


def test_what_is_listed_as_refused_is_refused(recording):
    behavior = {**samples.COUNTED, "criteria": {"mlDetectionConfig": {"confidenceLevel": "LOW"}}}
    values = {"securityProfileName": "ml", "behaviors": [behavior]}
    status, error, body = recording.send("CreateSecurityProfile", values)
    assert (status, error) == (400, REFUSED)
    assert "ML Detect is not offered" in body["message"]
