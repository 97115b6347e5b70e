"""Who sees which meetings, items, paragraphs, decisions and actions: pages and JSON alike."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from kangjiansheng.committee import queries
from kangjiansheng.committee.models import Meeting
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from tests.support.critic import Critic


def codes(actor: Actor) -> set[str]:
    return set(
        db.session.scalars(select(Meeting.code).where(Meeting.id.in_(queries.visible_meetings(actor))))
    )


def test_members_and_executives_see_all(actor: Callable[[str], Actor]) -> None:
    everything = set(db.session.scalars(select(Meeting.code)))
    for short in ("member", "secretary", "chair", "executive", "auditor"):
        assert codes(actor(short)) == everything, short


def test_others_see_those_with_an_item_of_theirs(actor: Callable[[str], Actor]) -> None:
    assert codes(actor("outsider")) == {"SAC-2024-01"}
    assert codes(actor("admin")) == {"SAC-2024-01"}
    partner = codes(actor("partner"))
    assert "SAC-2026-02" in partner, "KJS-014 is hers"
    assert "SAC-2026-03" not in partner, "KJS-003 and KJS-017 are not"


@pytest.mark.long
def test_an_item_of_an_invisible_project_is_withheld(client: Callable[..., Critic]) -> None:
    """The second item of the meeting is the partner's (KJS-014); the first is the committee's own."""
    partner = client("partner")
    page = partner.get("/meetings/SAC-2026-02").get_data(as_text=True)
    assert "KJS-014" in page
    assert "通过上次会议纪要" not in page
    assert "其余议题未对您开放" in page
    minutes = partner.get("/meetings/SAC-2026-02/minutes").get_data(as_text=True)
    assert "十五年随访" in minutes
    assert "审议并通过第4次会议纪要" not in minutes
    assert "此部分未对您开放" in minutes
    told = partner.get("/api/v1/meetings/SAC-2026-02/minutes").get_json()
    assert told["whole"] is False
    assert "canonical" not in told
    assert {"withheld": True} in told["paragraphs"]
    assert not any("no" in p for p in told["paragraphs"] if "withheld" in p)
    assert "审议并通过" not in str(told)
    whole = client("member").get("/api/v1/meetings/SAC-2026-02/minutes").get_json()
    assert whole["whole"] is True
    assert "审议并通过" in str(whole["canonical"])


def test_json_and_pages_refuse_alike(client: Callable[..., Critic]) -> None:
    outsider = client("outsider")
    for path in ("/meetings/SAC-2026-03", "/meetings/SAC-2026-03/minutes"):
        assert outsider.get(path).status_code == 404
        assert outsider.get(f"/api/v1{path}").status_code == 404
    listed = outsider.get("/api/v1/meetings").get_json()["meetings"]
    assert [m["code"] for m in listed] == ["SAC-2024-01"]
    assert "KJS-" not in outsider.get("/decisions").get_data(as_text=True)
    assert client(None).get("/api/v1/meetings").status_code == 401


@pytest.mark.long
def test_drafts_are_not_for_everybody(client: Callable[..., Critic]) -> None:
    for path in ("/meetings/SAC-2026-04/minutes", "/meetings/SAC-2026-04/minutes/history"):
        assert client("executive").get(path).status_code == 200
        assert client("member").get(path).status_code == 200
        assert client("lead").get(path).status_code == 403
    assert client("executive").get("/meetings/SAC-2026-05/minutes").status_code == 403
    page = client("lead").get("/meetings/SAC-2026-04").get_data(as_text=True)
    assert "这份纪要尚未对您开放" in page
    assert "D-2026-07" not in client("lead").get("/decisions").get_data(as_text=True)
    assert "A-2026-07" not in client("lead").get("/actions?show=all").get_data(as_text=True)


def test_comments_stay_in_the_committee(client: Callable[..., Critic]) -> None:
    assert "写出日期" in client("member2").get("/meetings/SAC-2026-04/minutes").get_data(as_text=True)
    page = client("lead").get("/meetings/SAC-2026-03/minutes").get_data(as_text=True)
    assert "全部文稿与签署" not in page


def test_executives_change_nothing(client: Callable[..., Critic]) -> None:
    executive = client("executive")
    base = "/meetings/SAC-2026-05"
    for path in ("/minutes/edit", "/minutes/review", "/agenda", "/attendance", "/edit"):
        assert executive.get(base + path).status_code == 403, path
    for path in ("/minutes", "/minutes/paragraphs", "/minutes/decisions", "/answer", "/cancellation"):
        assert executive.post(base + path).status_code == 403, path
