"""A short storm, as `make faults` makes a long one: in a process of its own, because workers need a database they all see."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings


@pytest.mark.timeout(280)
def test_twelve_faults_lose_and_double_nothing() -> None:
    seed = os.environ.get("SEED", "0")
    command = [sys.executable, "-m", "tests.faults", "--faults", "12", "--size", "40", "--seed", seed, "--spare-servers"]
    environment = {**os.environ, "SHANGBAN_FAULTS_DATABASE": f"faults_{os.getpid()}"}
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=260)
    print(done.stdout, done.stderr[-3000:])
    assert done.returncode == 0
    report = json.loads(done.stdout.partition("\n")[2])
    assert report["total"] >= 12 and report["broken"] == {}
