"""What may still be changed, by the states of meeting and minutes."""

import pytest

from kangjiansheng.committee.rules import locks


@pytest.mark.parametrize(
    ("meeting", "minutes", "source", "why"),
    [
        ("planned", None, "", None),
        ("held", None, "", None),
        ("held", "draft", "", None),
        ("cancelled", None, "", "committee:cancelled"),
        ("held", "review", "", "committee:facts-in-review"),
        ("held", "approved", "", "committee:frozen"),
        ("held", "record", "公告", "committee:from-source"),
    ],
)
def test_facts_stand_once_somebody_is_asked_to_sign_them(
    meeting: str, minutes: str | None, source: str, why: str | None
) -> None:
    assert locks.facts_lock(meeting, minutes, source) == why


@pytest.mark.parametrize(
    ("life", "why"),
    [("draft", None), ("review", "committee:in-review"), ("approved", "committee:frozen"),
     ("record", "committee:frozen")],
)  # fmt: skip
def test_only_a_draft_is_written(life: str, why: str | None) -> None:
    assert locks.text_lock(life) == why
