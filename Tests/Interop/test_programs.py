"""Benchmarks and demonstrations are run by hand: that each still finds what it imports is seen here."""

import os
import pathlib
import subprocess
import sys

import pytest

TESTS = pathlib.Path(__file__).parent.parent
PROGRAMS = sorted(
    program
    for directory in ("Benchmarks", "Demo", "GRPCInterop")
    for program in (TESTS / directory).rglob("*.py")
)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: str(program.relative_to(TESTS)))
def test_a_program_finds_what_it_imports(program):
    load = "import runpy, sys; sys.path[0] = sys.argv[2]; runpy.run_path(sys.argv[1], run_name='loaded')"
    subprocess.run(
        [sys.executable, "-c", load, program, program.parent], check=True, cwd=TESTS.parent,
        env={**os.environ, "PYTHONPATH": makefile_path()},
    )


def makefile_path():
    lines = (TESTS.parent / "Makefile").read_text().splitlines()
    return next(line for line in lines if "PYTHONPATH" in line).partition(":= ")[2]
