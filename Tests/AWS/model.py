"""AWS's own model of the operations, as boto3 ships it, and requests written after it."""

import json
import pathlib
import re
import urllib.parse

import botocore.session

ROOT = pathlib.Path(__file__).parents[2]
SERVICE = botocore.session.get_session().get_service_model("iot")
ROUTER = ROOT / "Sources/AWSAPI/Router.swift"


def served():
    """The names of the operations that the router knows, in its order."""
    found = re.findall(r'\(\s*"([A-Z]\w+)", "(?:GET|POST|PUT|PATCH|DELETE) ', ROUTER.read_text())
    return [name for name in found if name in SERVICE.operation_names]


def members(shape):
    """The members of a structure; none where there is no structure."""
    return shape.members if shape else {}


def paths(shape, owner, path="", seen=()):
    """Each member below a shape: its path ("behaviors[].criteria"), its name in the tables of differences
    ("Behavior.criteria"; the outermost structure has the operation's name) and its shape."""
    if shape is None or shape.name in seen:
        return
    seen = (*seen, shape.name)
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            inner = f"{path}.{name}" if path else name
            yield inner, f"{owner}.{name}", member
            yield from paths(member, member.name, inner, seen)
    elif shape.type_name == "list":
        yield from paths(shape.member, shape.member.name, f"{path}[]", seen)
    elif shape.type_name == "map":
        yield from paths(shape.value, shape.value.name, f"{path}{{}}", seen)


def request(operation, values):
    """Method, target and body of a request; the values need not be what the model allows."""
    shape = SERVICE.operation_model(operation).input_shape
    http = SERVICE.operation_model(operation).http
    target, query, body = http["requestUri"], [], {}
    for name, value in values.items():
        serialization = shape.members[name].serialization if name in shape.members else {}
        wire = serialization.get("name", name)
        if serialization.get("location") == "uri":
            target = target.replace("{" + wire + "}", urllib.parse.quote(str(value), safe=""))
        elif serialization.get("location") == "querystring":
            text = str(value).lower() if isinstance(value, bool) else str(value)
            query.append(f"{wire}={urllib.parse.quote(text, safe='')}")
        else:
            body[wire] = value
    if query:
        target += "?" + "&".join(query)
    return http["method"], target, json.dumps(body) if body else ""
