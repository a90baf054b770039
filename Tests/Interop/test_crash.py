"""The short form of `make crash-test`."""

import random

from budgets import CRASH_ROUNDS
from conftest import EXECUTABLE
from crash import crash_test


def test_kills_leave_the_faultless_history(tmp_path):
    counts = crash_test(EXECUTABLE, tmp_path, CRASH_ROUNDS, random.randrange(1 << 32))
    assert counts["kills"] == CRASH_ROUNDS
    assert counts["kills under load"] > 0
    assert counts["events"] > 0
