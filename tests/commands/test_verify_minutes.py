"""`kangjiansheng minutes verify FILE`: offline, without a database; exit 0 when whole, 1 with each fault in words."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.critic import Critic


@pytest.fixture
def verify(tmp_path: Path) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Run the command where there is no installation."""
    script = Path(sys.executable).with_name("kangjiansheng")

    def run(content: bytes, *options: str) -> "subprocess.CompletedProcess[str]":
        (tmp_path / "minutes").write_bytes(content)
        return subprocess.run(
            [str(script), "minutes", "verify", *options, str(tmp_path / "minutes")],
            capture_output=True, text=True, timeout=60, cwd=tmp_path,
            env={**os.environ, "KJS_DATABASE_URL": "sqlite:////nowhere/none.db", "KJS_INSTANCE": "/nowhere"},
        )  # fmt: skip

    return run


@pytest.mark.long
def test_a_whole_file_and_one_that_was_changed(
    client: Callable[..., Critic], verify: Callable[..., Any], tmp_path: Path
) -> None:
    content = client("member").get("/meetings/SAC-2026-03/minutes.json").data
    done = verify(content)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("whole: SAC-2026-03, draft 1, approved")
    assert [path.name for path in tmp_path.iterdir()] == ["minutes"], "nothing is left behind"
    told = json.loads(verify(content, "--json").stdout)
    assert (told["whole"], told["faults"]) == (True, [])
    export = json.loads(content)
    export["draft"]["signatures"].pop(0)
    done = verify(json.dumps(export).encode())
    assert done.returncode == 1
    assert "fault: Approvals are missing: 3 are needed, the file has 2." in done.stdout
    assert "1 broken" in done.stderr


@pytest.mark.long
@pytest.mark.parametrize("language", ["zh-Hant", pytest.param("en", marks=pytest.mark.soak)])
def test_a_pdf_is_set_again_where_no_installation_is(
    client: Callable[..., Critic], verify: Callable[..., Any], language: str
) -> None:
    content = client("member", language).get("/meetings/SAC-2026-01/minutes.pdf?form=plain").data
    done = verify(content)
    assert (done.returncode, "note:" in done.stdout) == (0, False), done.stdout
    at = content.index(b"/Contents") + 10
    done = verify(content[:at] + b"9" + content[at + 1 :])
    assert (done.returncode, "the pages were not set from it" in done.stdout) == (1, True)


@pytest.mark.long
def test_what_is_no_export(verify: Callable[..., Any]) -> None:
    done = verify(b"anything")
    assert (done.returncode, done.stdout) == (
        1,
        "fault: This is no file of minutes exported from this system.\n",
    )
