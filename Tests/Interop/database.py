"""Changes a database behind the server's back, as somebody would who knows its form."""

import sqlite3
import struct

PAGE = 4096
BODY = PAGE - 8
PRIME = 0x9E3779B97F4A7C15
MASK = (1 << 64) - 1


def page_sum(page, number):
    """The checksum of a page, as CSources/CPageCheck makes it."""
    words = struct.unpack(f"<{BODY // 8}Q", page[:BODY])
    sums = [number * PRIME & MASK, 1, 2, 3]
    whole = len(words) // 4 * 4
    for place, word in enumerate(words[:whole]):
        mixed = (sums[place % 4] ^ word) * PRIME & MASK
        sums[place % 4] = mixed ^ mixed >> 29
    total = 0
    for word in words[whole:]:
        total = (total ^ word) * PRIME & MASK
        total ^= total >> 29
    for each in sums:
        total = (total ^ each) * PRIME & MASK
        total ^= total >> 32
    return total


def sum_up(path):
    """Gives every page the checksum of what it holds."""
    old = path.read_bytes()
    assert old[20] == 8 and len(old) % PAGE == 0
    pages = (old[start : start + PAGE] for start in range(0, len(old), PAGE))
    path.write_bytes(
        b"".join(
            page[:BODY] + struct.pack("<Q", page_sum(page, number))
            for number, page in enumerate(pages)
        )
    )


def edit(path, *statements):
    """Runs statements on a database that nobody has open."""
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    sum_up(path)
