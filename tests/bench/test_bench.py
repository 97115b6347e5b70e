"""The measurement itself runs, so that it is there on the day it is needed."""

import json
import subprocess
import sys

import pytest

from tests.bench.__main__ import PAGES
from tests.support.browser import is_available


@pytest.mark.soak
@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_each_page_is_measured_beside_its_floor(tmp_path, engine):
    options = ["--size", "small", "--repeats", "1", "--seconds", "0.1", "--json", str(tmp_path / "made.json")]
    command = [sys.executable, "-m", "tests.bench", "--engine", engine, *options]
    subprocess.run(command, timeout=600, check=True)
    found = json.loads((tmp_path / "made.json").read_text("utf-8"))
    assert found["engine"].lower() == engine
    assert len(found["pages"]) == 17 and all(one["ratio"] > 0 for one in found["pages"].values())
    assert found["pages"]["/milestones"]["ratio_to_usual"] > 0
    assert {(one["page"], one["clients"]) for one in found["load"]} == {
        (path, number) for _who, path in PAGES for number in (1, 4, 16)
    }
    assert [one["writers"] for one in found["saves"]] == [1, 20]
    assert not is_available() or all(one["paint_ms"] > 0 for one in found["screens"])
