"""Requests that AWS's model does not allow, each wrong in one place."""

import copy

import regex

WRONG = {
    "string": 5,
    "boolean": "x",
    "integer": "x",
    "long": "x",
    "double": "x",
    "timestamp": "x",
    "list": "x",
    "map": "x",
    "structure": "x",
}
# One of them does not fit any pattern that is one at all.
ODD = ["\x01", "\x7f", "\t", "\u200b", "!", "\\", "é", "日", " ", "*"]


def mutations(shape, sample):
    """(path, constraint, values) for each constraint on each member that the sample has."""
    for path, keys, member, location in places(shape, sample):
        for constraint, bad in faults(member, get(sample, keys), location):
            yield path, f"{member.name}.{constraint}", set_at(sample, keys, bad)
    for path, keys, structure in structures(shape, sample):
        for name in structure.required_members:
            location = structure.members[name].serialization.get("location")
            if location != "uri" and name in get(sample, keys):
                yield join(path, name), f"{structure.name}.required", without(sample, [*keys, name])
    for path, keys, mapping in maps(shape, sample):
        for constraint, bad in faults(mapping.key, next(iter(get(sample, keys))), "key"):
            value = next(iter(get(sample, keys).values()))
            yield f"{path}{{key}}", f"{mapping.key.name}.{constraint}", set_at(
                sample, keys, {bad: value}
            )


def faults(shape, value, location):
    """(constraint, value that violates it) for one member."""
    metadata, kind = shape.metadata, shape.type_name
    if location == "body" or (location == "querystring" and kind not in ("string",)):
        yield "type", WRONG[kind]
    if kind == "string":
        if location != "uri" and metadata.get("min", 0) > 0:
            yield "min", "" if metadata["min"] == 1 else "a" * (metadata["min"] - 1)
        if metadata.get("max"):
            yield "max", "a" * (metadata["max"] + 1)
        if metadata.get("pattern") and (odd := odd_character(metadata["pattern"], value)):
            yield "pattern", odd
        if getattr(shape, "enum", None):
            yield "enum", "NONSENSE"
    elif kind in ("integer", "long"):
        if "min" in metadata:
            yield "min", metadata["min"] - 1
        if "max" in metadata:
            yield "max", metadata["max"] + 1
    elif kind == "list":
        if metadata.get("min", 0) > 0:
            yield "min", value[: metadata["min"] - 1]
        if "max" in metadata:
            yield "max", [renamed(value[0], index) for index in range(metadata["max"] + 1)]


def odd_character(pattern, value):
    """The value with a character that the pattern does not allow; None where it allows all."""
    pattern = pattern.replace(r"\p{Graph}", "[:graph:]")
    for odd in ODD:
        if not regex.fullmatch(pattern, value + odd):
            return value + odd
    return None


def renamed(value, index):
    """The value with another name, so that only the length of the list is wrong."""
    if isinstance(value, dict):
        return {**value, **({"name": f"n{index}"} if "name" in value else {})}
    return f"{value}{index}" if isinstance(value, str) else value


def places(shape, sample, path="", keys=(), location=None):
    """Each member that the sample has: its path, the keys to it, its shape and where it is sent."""
    if shape.type_name == "structure":
        for name, value in sample.items():
            member = shape.members[name]
            where = location or member.serialization.get("location", "body")
            yield join(path, name), [*keys, name], member, where
            yield from places(member, value, join(path, name), [*keys, name], where)
    elif shape.type_name == "list":
        for index, value in enumerate(sample):
            yield f"{path}[]", [*keys, index], shape.member, location
            yield from places(shape.member, value, f"{path}[]", [*keys, index], location)
    elif shape.type_name == "map":
        for key, value in sample.items():
            yield f"{path}{{}}", [*keys, key], shape.value, location
            yield from places(shape.value, value, f"{path}{{}}", [*keys, key], location)


def structures(shape, sample):
    yield "", [], shape
    for path, keys, member, _ in places(shape, sample):
        if member.type_name == "structure":
            yield path, keys, member


def maps(shape, sample):
    for path, keys, member, _ in places(shape, sample):
        if member.type_name == "map":
            yield path, keys, member


def join(path, name):
    return f"{path}.{name}" if path else name


def get(value, keys):
    for key in keys:
        value = value[key]
    return value


def set_at(sample, keys, bad):
    changed = copy.deepcopy(sample)
    get(changed, keys[:-1])[keys[-1]] = bad
    return changed


def without(sample, keys):
    changed = copy.deepcopy(sample)
    del get(changed, keys[:-1])[keys[-1]]
    return changed
