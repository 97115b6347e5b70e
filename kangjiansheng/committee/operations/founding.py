"""The committee and its first meeting, exactly as far as the founding announcement goes."""

import json
from datetime import date
from importlib import resources
from typing import Any

from sqlalchemy import select

from kangjiansheng.committee.models import AgendaItem, Committee, Meeting, Minutes
from kangjiansheng.committee.operations import committees, meetings
from kangjiansheng.committee.operations.minutes import new_paragraph
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, begin, record
from kangjiansheng.core.db import db


def load_reference(*, actor: Actor) -> None:
    """Put in the committee and its first meeting where they are missing. Nothing is invented: no members, no
    attendance, no numbers of decisions."""
    facts = json.loads(
        resources.files("kangjiansheng.labs").joinpath("reference/committee.json").read_text("utf-8")
    )
    committee = db.session.scalar(select(Committee).where(Committee.code == facts["committee"]["code"]))
    if committee is None:
        committee = _committee(facts["committee"], actor=actor)
    if db.session.scalar(select(Meeting.id).where(Meeting.code == facts["first_meeting"]["code"])) is None:
        _first_meeting(committee, facts["first_meeting"], actor=actor)


def _names(words: dict[str, str]) -> dict[str, str]:
    return {f"name_{script}": words[script] for script in ("hans", "hant", "en")}


def _committee(facts: dict[str, Any], *, actor: Actor) -> Committee:
    return committees.create_committee(
        actor=actor,
        code=facts["code"],
        **_names(facts["name"]),
        short_hans="康科委纪",
        outcome_pattern="{kind}-{year}-{meeting}-{serial}",
        purpose=facts["purpose"]["hans"],
        nature=facts["nature"]["hans"],
        founded_on=date.fromisoformat(facts["founded_on"]),
        year_inferred=facts["year_inferred"],
        source=facts["source"]["hans"],
    )


def _first_meeting(committee: Committee, facts: dict[str, Any], *, actor: Actor) -> None:
    held_on = date.fromisoformat(facts["held_on"])
    meeting = meetings.create_meeting(
        committee,
        actor=actor,
        held_on=held_on,
        place="",
        effective_at=clock.start_of(held_on),
        life="held",
        year_inferred=facts["year_inferred"],
        name_hans="第1次会议（成立会议）",
        name_hant="第1次會議（成立會議）",
        name_en="Meeting 1 (founding)",
    )
    change = begin(actor=actor, source="command")
    before = meeting.state()
    for position, topic in enumerate(facts["topics"], 1):
        meeting.items.append(
            AgendaItem(position=position, kind="discuss", minutes_planned=0, **_names(topic))
        )
    meeting.source = facts["source"]["hans"]
    db.session.flush()
    record(
        "committee:meeting:edit", meeting, actor=actor, before=before, change=change,
        effective_at=clock.start_of(held_on),
    )  # fmt: skip
    _minutes(meeting, facts, actor=actor)


def _minutes(meeting: Meeting, facts: dict[str, Any], *, actor: Actor) -> None:
    """A record of what the announcement tells: frozen, signed by nobody."""
    change = begin(actor=actor, source="command")
    minutes = Minutes(meeting_id=meeting.id, drafter_id=actor.id)
    db.session.add(minutes)
    db.session.flush()
    missing = "、".join(words["hans"] for words in facts["not_stated"])
    lines = [
        ("heading", "时间与地点"),
        ("text", f"会议时间：{facts['time']['hans']}。"),
        ("text", f"会议地点：{facts['place']['hans']}。"),
        ("text", f"{missing}：公告未载。"),
        ("heading", "议题"),
        *(("text", f"{words['hans']}。") for words in facts["topics"]),
        ("heading", "决议"),
        *(("decision", f"{words['hans']}。") for words in facts["resolutions"]),
    ]
    for position, (kind, text) in enumerate(lines, 1):
        new_paragraph(minutes, kind, text, position, None, actor=actor, change=change)
    minutes.life = "record"
    db.session.flush()
    record("committee:minutes:record", minutes, actor=actor, before={}, change=change)
    db.session.expire(meeting, ["minutes"])
