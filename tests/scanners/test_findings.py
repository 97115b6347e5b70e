"""What is open: anything found that nobody accepted, anything accepted that is gone."""

import re
from pathlib import Path

from tests.scanners.finding import Accepted, Finding, accepted, judge

LAWS = Path(__file__).with_name("laws")


def test_what_nobody_accepted_and_what_is_gone_are_open() -> None:
    stands = Accepted("bandit", "B608", "kangjiansheng/core/*.py", "pieces", "names of our own")
    found = Finding("bandit", "B608", "kangjiansheng/core/schema.py", "12: a statement from pieces")
    assert judge([found], [stands], {"bandit"}) == ([], [])
    for other in (
        Finding("semgrep", "B608", found.where, found.text),
        Finding("bandit", "B609", found.where, found.text),
        Finding("bandit", "B608", "kangjiansheng/labs/queries.py", found.text),
        Finding("bandit", "B608", found.where, "12: another text"),
    ):
        assert judge([found, other], [stands], {"bandit"}) == ([other], [])
    assert judge([], [stands], {"bandit"}) == ([], [stands])
    assert judge([], [stands], {"semgrep"}) == ([], []), "that tool was not run"


def test_each_accepted_finding_gives_its_reason_and_each_law_has_a_planted_example() -> None:
    assert all(len(entry.why) > 15 for entry in accepted())
    for file in LAWS.glob("*.yml"):
        planted = next(other for other in LAWS.glob(f"{file.stem}.*") if other != file).read_text("utf-8")
        laws = re.findall(r"^  - id: (\S+)", file.read_text("utf-8"), re.MULTILINE)
        assert (
            laws
            and [
                law for law in laws if f"ruleid: {law}\n" not in planted and f"ruleid: {law} " not in planted
            ]
            == []
        )
