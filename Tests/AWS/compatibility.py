"""Writes docs/aws-compatibility.md: AWS's model of each operation that is served, member by member, with what is done
of it and where this server differs. Called as: compatibility.py FILE"""

import pathlib
import sys

import botocore
import differences
import model

INTRODUCTION = f"""\
# Compatibility with AWS, member by member

Made by `make aws-compatibility` from AWS's own model of its API (botocore {botocore.__version__}) and from
`Tests/AWS/differences.py`; `Tests/AWS/test_model.py` holds both against the server. Do not edit.

A member is read from its place in the request, or written into the answer, as the model says. Every constraint
that is named here is enforced: what violates it is `InvalidRequestException`. Requests may have members that the
model does not know; they are passed over.

{{count}} of the {{all}} operations of AWS IoT are served; every other one answers 404
`UnknownOperationException`. Of Device Defender Detect these are not: {{missing}}.
Mitigation is not offered, nor is machine learning.
"""

# What belongs to Detect beyond the operations that are served.
DETECT = ("Detect", "BehaviorModel")

SHAPES = """\
# Shapes

The structures that requests and answers are made of.
"""

EXCEPTIONS = """\
## Exceptions

The name stands in `x-amzn-ErrorType`, the text in the body's `message`; every answer has `x-amzn-RequestId`.

| Exception | Status | When |
|---|---|---|
| InvalidRequestException | 400 | the request is malformed, or violates a rule |
| ThrottlingException | 400 | too many calls: `--rate-quotas`, or a rate of the policy |
| UnauthorizedException | 401 | the request does not prove who sends it; AWS answers 403 with several names that tell why |
| AccessDeniedException | 403 | the policy does not allow it |
| ResourceNotFoundException, UnknownOperationException | 404 | there is no such resource, or no such operation |
| ResourceAlreadyExistsException | 409 | with `resourceId` and `resourceArn` |
| VersionConflictException | 409 | `expectedVersion` is not the version |
| LimitExceededException | 410 | a quota is used up |
| RequestEntityTooLargeException | 413 | the body is over 2 MiB |
| InternalFailureException, ServiceUnavailableException | 500, 503 | a fault of the server, or it stops; nothing was changed |
"""


def page():
    served = model.served()
    shapes = {}
    sections = [operation(name, shapes) for name in served]
    missing = [
        name
        for name in model.SERVICE.operation_names
        if name not in served and any(part in name for part in DETECT)
    ]
    introduction = INTRODUCTION.format(
        count=len(served),
        all=len(model.SERVICE.operation_names),
        missing=", ".join(f"`{name}`" for name in missing),
    )
    structures = [structure(shape) for _, shape in sorted(shapes.items())]
    return "\n".join([introduction, EXCEPTIONS, *sections, SHAPES.replace("# S", "## S"), *structures])


def operation(name, shapes):
    described = model.SERVICE.operation_model(name)
    http = described.http
    lines = [f"## {name}", "", f"`{http['method']} {http['requestUri']}`"]
    if name in differences.OPERATION:
        lines += ["", differences.OPERATION[name]]
    for title, shape, table in [
        ("Request", described.input_shape, differences.REFUSED | differences.REQUEST),
        ("Answer", described.output_shape, differences.ANSWER),
    ]:
        if not model.members(shape):
            lines += ["", f"{title}: no members."]
            continue
        lines += ["", f"| {title} | Where | Type | Constraints and differences |", "|---|---|---|---|"]
        for member, kind in shape.members.items():
            where = kind.serialization.get("location", "body")
            where = {"uri": "path", "querystring": "query"}.get(where, where)
            notes = facts(kind, member in shape.required_members if title == "Request" else False)
            notes += difference(f"{name}.{member}", table)
            lines.append(f"| `{member}` | {where} | {type_of(kind)} | {'; '.join(notes)} |")
        collect(shape, shapes)
    return "\n".join(lines) + "\n"


def collect(shape, shapes):
    """The structures below a shape, by name."""
    for kind in children(shape):
        if kind.type_name == "structure" and kind.name not in shapes:
            shapes[kind.name] = kind
        elif kind.type_name not in ("list", "map"):
            continue
        collect(kind, shapes)


def children(shape):
    if shape.type_name == "structure":
        return shape.members.values()
    if shape.type_name == "list":
        return [shape.member]
    return [shape.key, shape.value] if shape.type_name == "map" else []


def structure(shape):
    lines = [f"### {shape.name}", "", "| Member | Type | Constraints and differences |", "|---|---|---|"]
    for member, kind in shape.members.items():
        notes = facts(kind, member in shape.required_members)
        for table in (differences.REFUSED | differences.REQUEST, differences.ANSWER):
            notes += [note for note in difference(f"{shape.name}.{member}", table) if note not in notes]
        lines.append(f"| `{member}` | {type_of(kind)} | {'; '.join(notes)} |")
    return "\n".join(lines) + "\n"


def type_of(shape):
    if shape.type_name == "list":
        return f"list of {type_of(shape.member)}"
    if shape.type_name == "map":
        return f"map of {type_of(shape.key)} to {type_of(shape.value)}"
    if shape.type_name == "structure":
        return f"[{shape.name}](#{shape.name.lower()})"
    return shape.type_name


def facts(shape, is_required):
    """The constraints of a shape, in words."""
    metadata, kind = shape.metadata, shape.type_name
    notes = ["required"] if is_required else []
    unit = {"string": " characters", "list": " elements"}.get(kind, "")
    bounds = [metadata.get("min"), metadata.get("max")]
    if bounds != [None, None]:
        low, high = ("" if bound is None else f"{bound:,}" for bound in bounds)
        notes.append(f"{low}…{high}{unit}" if high else f"at least {low}{unit}")
    if getattr(shape, "enum", None):
        notes.append("one of " + ", ".join(f"`{text}`" for text in shape.enum))
    if metadata.get("pattern"):
        notes.append(f"`{metadata['pattern'].replace('|', chr(92) + '|')}`")
    for inner in children(shape) if kind in ("list", "map") else []:
        notes += [f"each {note}" for note in facts(inner, False) if inner.type_name != "structure"]
    return notes


def difference(name, table):
    note = table.get(name) or table.get("*." + name.partition(".")[2])
    return [f"**{note}**"] if note else []


if __name__ == "__main__":
    pathlib.Path(sys.argv[1]).write_text(page())
