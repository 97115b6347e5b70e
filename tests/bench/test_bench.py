"""The measurement itself runs, so that it is there on the day it is needed."""

import subprocess
import sys

import pytest


@pytest.mark.soak
def test_each_page_is_measured_over_both():
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--times", "1", "--repeats", "1"],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 12 and all(float(line.split()[-1]) > 0 for line in lines[1:])
