"""What goes into a pack, and what of a pack one reader gets."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kangjiansheng.committee.models import Action, AgendaItem, Meeting, MeetingPack, PackItem, Paper
from kangjiansheng.committee.queries import loaders, papers
from kangjiansheng.committee.queries.overviews import earlier
from kangjiansheng.committee.queries.visible import (
    put_to_members,
    visible_actions,
    visible_items,
    visible_meetings,
    visible_papers,
)
from kangjiansheng.committee.rules.agenda import beginnings
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.files import FileRef
from kangjiansheng.projects.models import Milestone, MilestoneEntry, Plan, Project
from kangjiansheng.projects.queries import visible_projects
from kangjiansheng.projects.rules import vocabulary


def packs(meeting: Meeting) -> list[MeetingPack]:
    """The packs of a meeting, the newest first."""
    query = select(MeetingPack).where(MeetingPack.meeting_id == meeting.id)
    return list(db.session.scalars(query.order_by(MeetingPack.number.desc())))


def pack(*, actor: Actor, code: str, number: int) -> MeetingPack | None:
    """One pack of a meeting that the actor may see."""
    meeting = loaders.meeting(actor=actor, code=code)
    found = packs(meeting) if meeting else []
    return next((one for one in found if one.number == number), None)


# ---------- the whole, as it is frozen ----------


def gathered(meeting: Meeting) -> tuple[dict[str, Any], list[int]]:
    """All that the pack holds, whoever may see what of it, and the keys of its items in order."""
    items = list(
        db.session.scalars(
            select(AgendaItem)
            .where(AgendaItem.meeting_id == meeting.id)
            .options(joinedload(AgendaItem.project), joinedload(AgendaItem.gate))
            .order_by(AgendaItem.position)
        )
    )
    filed = papers.papers(items, actor=None)
    begin = beginnings(meeting.starts_at, [item.minutes_planned for item in items])
    last = _last(meeting)
    since = clock.end_of(last.held_on) if last else None
    content = {
        "meeting": _meeting(meeting),
        "since": {"id": last.id, "meeting": _names(last), "day": last.held_on} if last else None,
        "items": [_item(item, at, filed.get(item.id, [])) for item, at in zip(items, begin, strict=True)],
        "projects": _projects(items, since),
        "actions": _actions(meeting),
    }
    return content, [item.id for item in items]


def _meeting(meeting: Meeting) -> dict[str, Any]:
    keys = ("code", "held_on", "starts_at", "ends_at", "place", "illustrative")
    return {key: getattr(meeting, key) for key in keys} | {
        "names": _names(meeting),
        "committee": _names(meeting.committee),
    }


def _last(meeting: Meeting) -> Meeting | None:
    query = select(Meeting).where(
        Meeting.committee_id == meeting.committee_id, Meeting.life == "held", earlier(meeting)
    )
    return db.session.scalar(query.order_by(Meeting.held_on.desc(), Meeting.running_no.desc()).limit(1))


def _item(item: AgendaItem, at: datetime | None, filed: list[papers.Filed]) -> dict[str, Any]:
    keys = ("kind", "minutes_planned", "presenter", "text", "project_id")
    return {key: getattr(item, key) for key in keys} | {
        "names": _names(item),
        "at": at,
        "gate": {"code": item.gate.code, "names": _names(item.gate)} if item.gate else None,
        "papers": [
            {
                "id": one.paper.id,
                "title": one.paper.title,
                "name": one.newest.name,
                "version": one.newest.version_no,
                "size": one.newest.blob.size,
                "sha256": one.newest.blob.sha256,
            }
            for one in filed
        ],
    }


def _projects(items: list[AgendaItem], since: datetime | None) -> dict[str, Any]:
    """The projects on the agenda, each with the promises that moved since the last meeting."""
    found: dict[str, Any] = {}
    for item in items:
        if item.project is not None:
            project = item.project
            found[str(project.id)] = {
                "code": project.code,
                "names": _names(project),
                "illustrative": project.illustrative,
                "moves": [],
            }
    if since is not None and found:
        _add_moves(found, since)
    return found


def _add_moves(projects: Mapping[str, Any], since: datetime) -> None:
    """From the ledger: the state before the first entry after the last meeting, and the last one."""
    query = (
        select(MilestoneEntry, Milestone, Plan.project_id)
        .join(Milestone, Milestone.id == MilestoneEntry.milestone_id)
        .join(Plan, Plan.id == Milestone.plan_id)
        .where(Plan.project_id.in_([int(key) for key in projects]), Plan.project_id.is_not(None))
        .order_by(Plan.project_id, Milestone.position, Milestone.id)
        .order_by(MilestoneEntry.effective_at, MilestoneEntry.id)
    )
    ways: dict[int, tuple[Milestone, int | None, list[MilestoneEntry]]] = {}
    for entry, milestone, project_id in db.session.execute(query):
        ways.setdefault(milestone.id, (milestone, project_id, []))[2].append(entry)
    words = vocabulary.reasons()
    for milestone, project_id, entries in ways.values():
        old = [entry for entry in entries if entry.effective_at <= since]
        new = [entry for entry in entries if entry.effective_at > since]
        if not new or not old or _day(old[-1]) == _day(new[-1]):
            continue
        last = new[-1]
        said = next((one for one in reversed(new) if one.reason_code or one.note), last)
        reason = words.get(said.reason_code or "")
        projects[str(project_id)]["moves"].append(
            {
                "code": milestone.code,
                "names": _names(milestone),
                "from": _day(old[-1]),
                "to": _day(last),
                "state": last.state,
                "reason": asdict(reason.name) if reason else None,
                "note": said.note,
            }
        )


def _day(entry: MilestoneEntry) -> Any:
    return entry.actual or entry.forecast or entry.current_plan or entry.baseline


def _actions(meeting: Meeting) -> list[dict[str, Any]]:
    """The open actions of earlier meetings."""
    query = (
        select(Action)
        .join(Meeting, Meeting.id == Action.meeting_id)
        .where(
            Meeting.committee_id == meeting.committee_id,
            earlier(meeting),
            Action.life == "open",
            put_to_members(),
        )
        .options(joinedload(Action.owner))
        .order_by(Action.due_on.is_(None), Action.due_on, Action.number)
    )
    return [
        {
            "id": row.id,
            "number": row.number,
            "text": row.text,
            "owner": _names(row.owner) if row.owner else {"hans": row.owner_role},
            "due": row.due_on,
            "illustrative": row.illustrative,
        }
        for row in db.session.scalars(query)
    ]


def _names(thing: Any) -> dict[str, str]:
    return {script: getattr(thing, f"name_{script}") for script in ("hans", "hant", "en")}


# ---------- what one reader gets ----------


def for_reader(pack: MeetingPack, *, actor: Actor) -> dict[str, Any]:
    """The pack without what is withheld from the actor now; a gap is marked, and tells neither what nor how much. The
    same pack with the same things withheld is the same, whoever reads it and when."""
    content = pack.content
    # An item may have gone to another meeting since; who may see it there may see here what was sent around of it.
    seen = PackItem.agenda_item_id.in_(visible_items(actor))
    link = select(PackItem.position).where(PackItem.pack_id == pack.id, seen)
    open_items = set(db.session.scalars(link))
    items = [item for place, item in enumerate(content["items"], 1) if place in open_items]
    projects = _seen_projects(content["projects"], items, actor)
    numbers = [row["id"] for row in content["actions"]]
    mine = set(db.session.scalars(visible_actions(actor).where(Action.id.in_(numbers))))
    actions = [row for row in content["actions"] if row["id"] in mine]
    filed = _papers(items, actor)
    # Every project of the content is that of an item: one that is missing is withheld with its item or by itself.
    whole = (len(items), len(mine), len(projects)) == (
        len(content["items"]),
        len(numbers),
        len(content["projects"]),
    )
    return {
        "meeting": content["meeting"],
        "number": pack.number,
        "frozen_at": pack.frozen_at.isoformat(),
        "sha256": pack.sha256 if whole else None,  # of the whole: for who can compare it
        "since": _since(content["since"], actor),
        "items": [_open(item, projects, filed) for item in items],
        "projects": projects,
        "actions": [_without_id(row) for row in actions],
        "withheld": not whole,
        "illustrative": content["meeting"]["illustrative"]
        or any(one["illustrative"] for one in (*projects.values(), *actions)),
    }


def _since(last: Mapping[str, Any] | None, actor: Actor) -> dict[str, Any] | None:
    """The meeting since which things moved; without its name and day for who does not see it."""
    if last is None:
        return None
    seen = db.session.scalar(visible_meetings(actor).where(Meeting.id == last["id"])) is not None
    return {"meeting": last["meeting"], "day": last["day"]} if seen else {"meeting": None, "day": None}


def _seen_projects(projects: Mapping[str, Any], items: list[dict[str, Any]], actor: Actor) -> dict[str, Any]:
    wanted = {item["project_id"] for item in items if item["project_id"]}
    allowed = set(db.session.scalars(visible_projects(actor).where(Project.id.in_(wanted))))
    return {key: one for key, one in projects.items() if int(key) in allowed}


@dataclass(frozen=True, slots=True)
class _Papers:
    """Of the papers of a pack: the keys of those whose level keeps them from the reader, of which nothing is told; of those
    that nobody took back since; the versions, key and number, whose bytes were disposed of."""

    hidden: set[int]
    there: set[int]
    disposed: set[tuple[int, int]]

    def gives(self, one: Mapping[str, Any]) -> bool:
        """Whether the reader gets a paper."""
        return one["id"] in self.there and (one["id"], one["version"]) not in self.disposed

    def was_disposed(self, one: Mapping[str, Any]) -> bool:
        """Whether that version is known by its name alone: the paper itself is still on the agenda."""
        return one["id"] in self.there and (one["id"], one["version"]) in self.disposed


def _papers(items: list[dict[str, Any]], actor: Actor) -> _Papers:
    keys = [one["id"] for item in items for one in item["papers"]]
    seen = set(db.session.scalars(visible_papers(actor).where(FileRef.thing_id.in_(keys))))
    there = select(Paper.id).where(Paper.id.in_(keys), Paper.withdrawn_at.is_(None))
    of = FileRef.thing == papers.THING, FileRef.thing_id.in_(keys), FileRef.disposed_at.is_not(None)
    disposed = db.session.execute(select(FileRef.thing_id, FileRef.version_no).where(*of))
    return _Papers(set(keys) - seen, set(db.session.scalars(there)), {(key, no) for key, no in disposed})


def _open(item: Mapping[str, Any], projects: Mapping[str, Any], filed: _Papers) -> dict[str, Any]:
    own = str(item["project_id"]) if str(item["project_id"]) in projects else None
    mine = [one for one in item["papers"] if one["id"] not in filed.hidden]
    kept = [_without_id(one) for one in mine if filed.gives(one)]
    disposed = [{"title": one["title"], "version": one["version"]} for one in mine if filed.was_disposed(one)]
    return {key: value for key, value in item.items() if key != "project_id"} | {
        "project": own,
        "gate": item["gate"] if own else None,
        "papers": kept,
        "papers_disposed": disposed,
        "papers_withdrawn": len(kept) + len(disposed) < len(mine),
    }


def _without_id(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "id"}
