"""Minutes and people by the thousand, beside a portfolio that is filled up: written past the session, as that is.

Each meeting of twenty committees has three items, six seats, approved minutes of nine paragraphs (4 kB, half of them
Chinese, half English), a draft with two signatures, a decision and an action. One in fifty actions is open, one in
fifty decisions waits for the company's answer. The header of each draft is that of one of the demonstration without
its blocks, so the page of such minutes says that their fingerprint differs.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import inspect, select, update

from kangjiansheng.accounts.models import Account, Person
from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.committee.models import (
    Action,
    AgendaItem,
    Attendance,
    Committee,
    CommitteeMember,
    CompanyDecision,
    Decision,
    DraftParagraph,
    DraftVersion,
    Meeting,
    Minutes,
    Paragraph,
    ParagraphRevision,
    Signature,
)
from kangjiansheng.core import audit, clock, search
from kangjiansheng.core.changes import begin
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects.models import Project
from tests.support.full import BASE, advance, put

COMMITTEES, SEATS, ITEMS, PARAGRAPHS, OPEN = 20, 6, 3, 9, 50
FIRST = date(2016, 1, 4)
CHINESE = "项目会议研究临床细胞产品质量数据安全方法时间计划报告意见问题工作单位标准条件结果分析评价管理技术生产检验批准备案"
ENGLISH = (
    "trial cells",
    "viral vector",
    "dose cohort",
    "safety review",
    "donor apheresis",
    "quality agreement",
    "delay",
    "supplier",
    "ethics consent",
    "protocol",
    "endpoint",
    "follow-up",
    "relapse",
    "infusion",
    "storage",
    "transport",
)


@dataclass(frozen=True)
class Size:
    """How many meetings there are and how many people."""

    meetings: int = 10_000
    people: int = 1_000


def fill(size: Size) -> None:
    """Add the rows to the database of the running application, with what a search finds of them."""
    with writing():
        actor = system_actor()
        change = begin(actor=actor, source="command")
        _Writer(size, actor.id, change.id).write()
        # The trail names the act; the rows, as those of the portfolio, are not sealed one by one.
        audit.note(
            "committee:import:apply", "change_set", change.id, actor=actor, change=change, before={}, after={}
        )
        for thing, count in (("meeting", 1), ("agenda_item", ITEMS), ("paragraph", PARAGRAPHS), ("decision", 1),
                             ("action", 1)):  # fmt: skip
            search.touch(thing, range(BASE, BASE + count * size.meetings))


class _Writer:
    def __init__(self, size: Size, actor_id: int, change_id: int) -> None:
        self.size, self.dice = size, random.Random(2027)
        self.of_actor, self.change_id, self.now = actor_id, change_id, clock.now()
        self.projects = list(db.session.scalars(select(Project.id).order_by(Project.id)))
        self.cast = db.session.scalars(select(Person.id).where(Person.code == "CAST-MEMBER")).one()
        draft = db.session.scalars(select(DraftVersion).order_by(DraftVersion.id)).first()
        assert draft is not None
        kept = {k: v for k, v in draft.header.items() if k not in ("blocks", "items")}
        self.header = kept | {"decisions": {}, "actions": []}
        self.rule = draft.rule

    def write(self) -> None:
        numbers = range(self.size.meetings)
        self._people()
        self._committees()
        self._put(Meeting, map(self._meeting, numbers))
        self._put(Attendance, (row for n in numbers for row in self._attendance(n)))
        self._put(AgendaItem, (row for n in numbers for row in self._items(n)))
        self._put(Minutes, map(self._minutes, numbers))
        self._texts()
        self._put(DraftVersion, map(self._draft, numbers))
        self._put(DraftParagraph, (row for n in numbers for row in self._printed(n)))
        self._put(Signature, (row for n in numbers for row in self._signatures(n)))
        self._put(Decision, map(self._decision, numbers))
        self._put(CompanyDecision, (self._answer(n) for n in numbers if n // COMMITTEES % OPEN))
        self._put(Action, map(self._action, numbers))
        stands = (
            update(Minutes.__table__).where(Minutes.id >= BASE).values(life="approved")
        )  # frozen from now on
        db.session.execute(stands, execution_options=search.NO_TEXT)

    def _put(self, kind: Any, rows: Iterator[dict[str, Any]]) -> None:
        usual = {
            column.key: column.default.arg
            for column in inspect(kind).local_table.columns
            if column.default is not None and column.default.is_scalar
        }
        put(kind, (usual | row for row in rows))
        advance(kind)

    def _seat(self, committee: int, seat: int) -> int:
        """Who sits where: one of the cast on the first two committees."""
        if committee < 2 and seat == 1:
            return self.cast
        return BASE + (committee * SEATS + seat) % self.size.people

    def _people(self) -> None:
        keys = range(self.size.people)
        self._put(
            Person,
            (
                {"id": BASE + n, "code": f"BP-{n + 1:04d}", "name_hans": f"第{n + 1}位参与者",
                 "name_en": f"Participant {n + 1}", "email": f"participant{n + 1}@kjs.example", "illustrative": True}
                for n in keys
            ),
        )  # fmt: skip
        self._put(Account, ({"id": BASE + n, "person_id": BASE + n} for n in keys))

    def _committees(self) -> None:
        keys = range(COMMITTEES)
        self._put(
            Committee,
            (
                {"id": BASE + n, "code": f"BC-{n + 1:02d}", "name_hans": f"第{n + 1}科学委员会",
                 "name_en": f"Scientific committee {n + 1}", "short_hans": f"大{n + 1}委纪"}
                for n in keys
            ),
        )  # fmt: skip
        self._put(
            CommitteeMember,
            (
                {"id": BASE + n * SEATS + k, "committee_id": BASE + n, "person_id": self._seat(n, k), "seat": k + 1,
                 "office": "member" if k else "chair", "name_hans": "血液学", "valid_from": FIRST,
                 "illustrative": True}
                for n in keys
                for k in range(SEATS)
            ),
        )  # fmt: skip

    def _meeting(self, n: int) -> dict[str, Any]:
        committee, number = n % COMMITTEES, n // COMMITTEES + 1
        day = self._day(n)
        return {
            "id": BASE + n, "code": f"BC-{committee + 1:02d}-{number:04d}", "committee_id": BASE + committee,
            "running_no": number, "year": day.year, "year_serial": number, "held_on": day, "life": "held",
            "minutes_no": f"大{committee + 1}委纪〔{day.year}〕{number}号", "illustrative": True,
            "name_hans": f"第{committee + 1}科学委员会第{number}次会议", "name_en": f"Meeting {number} of committee {committee + 1}",
        }  # fmt: skip

    def _day(self, n: int) -> date:
        return FIRST + timedelta(days=3900 * n // self.size.meetings)

    def _attendance(self, n: int) -> Iterator[dict[str, Any]]:
        for k in range(SEATS):
            yield {
                "id": BASE + n * SEATS + k, "meeting_id": BASE + n, "person_id": self._seat(n % COMMITTEES, k),
                "answer": "yes", "mode": "on_site",
            }  # fmt: skip

    def _items(self, n: int) -> Iterator[dict[str, Any]]:
        for k in range(ITEMS):
            yield {
                "id": BASE + n * ITEMS + k, "meeting_id": BASE + n, "position": k + 1, "name_hans": self._chinese(12),
                "kind": ("hear", "discuss", "decide")[k],
                "project_id": self.dice.choice(self.projects) if self.dice.random() < 0.6 else None,
            }  # fmt: skip

    def _minutes(self, n: int) -> dict[str, Any]:
        return {
            "id": BASE + n, "meeting_id": BASE + n, "drafter_id": self.of_actor, "current_draft": 1,
            "approved_at": clock.start_of(self._day(n)), "illustrative": True,
        }  # fmt: skip

    def _texts(self) -> None:
        keys = range(self.size.meetings * PARAGRAPHS)
        self._put(
            Paragraph,
            (
                {"id": BASE + at, "public_id": f"big{at}", "minutes_id": BASE + at // PARAGRAPHS,
                 "agenda_item_id": self._item(at), "position": at % PARAGRAPHS}
                for at in keys
            ),
        )  # fmt: skip
        self._put(
            ParagraphRevision,
            (
                self._kept(BASE + at, paragraph_id=BASE + at, number=1, sha256="0" * 64, author_id=self.of_actor,
                           text=self._chinese(160) if at % 2 else self._english(480), recorded_at=self.now)
                for at in keys
            ),
        )  # fmt: skip

    def _item(self, at: int) -> int:
        """The item to which the paragraphs of minutes belong, three by three."""
        n, k = divmod(at, PARAGRAPHS)
        return BASE + n * ITEMS + k * ITEMS // PARAGRAPHS

    def _kept(self, key: int, **values: Any) -> dict[str, Any]:
        """A row that is only added."""
        return {"id": key, "change_set_id": self.change_id, "digest": "0" * 64, **values}

    def _draft(self, n: int) -> dict[str, Any]:
        return self._kept(
            BASE + n, minutes_id=BASE + n, number=1, header=self.header, sha256="0" * 64, rule=self.rule,
            frozen_at=clock.start_of(self._day(n)),
        )  # fmt: skip

    def _printed(self, n: int) -> Iterator[dict[str, Any]]:
        for k in range(PARAGRAPHS):
            key = BASE + n * PARAGRAPHS + k
            yield self._kept(
                key, draft_version_id=BASE + n, position=k, printed_no=f"{k // 3 + 1}.{k % 3 + 1}",
                paragraph_revision_id=key,
            )  # fmt: skip

    def _signatures(self, n: int) -> Iterator[dict[str, Any]]:
        for k in range(2):
            yield self._kept(
                BASE + n * 2 + k, draft_version_id=BASE + n, person_id=self._seat(n % COMMITTEES, k * 2),
                printed_name="参与者", capacity="member" if k else "chair", meaning="approve", text_sha256="0" * 64,
                signed_at=clock.start_of(self._day(n)),
            )  # fmt: skip

    def _decision(self, n: int) -> dict[str, Any]:
        at = n * PARAGRAPHS + PARAGRAPHS - 1
        return {
            "id": BASE + n, "number": f"D-BC-{n + 1:05d}", "kind": "D" if n % 2 else "R", "meeting_id": BASE + n,
            "agenda_item_id": self._item(at), "paragraph_id": BASE + at, "text": self._chinese(40),
            "recorded_at": clock.start_of(self._day(n)), "illustrative": True,
        }  # fmt: skip

    def _answer(self, n: int) -> dict[str, Any]:
        day = self._day(n) + timedelta(days=9)
        return self._kept(
            BASE + n, decision_id=BASE + n, verdict="adopted", decided_on=day, body="总经理办公会",
            answered_by_id=self.of_actor, recorded_at=clock.start_of(day),
        )  # fmt: skip

    def _action(self, n: int) -> dict[str, Any]:
        day, is_open = self._day(n), n // COMMITTEES % OPEN == 0
        return {
            "id": BASE + n, "number": f"A-BC-{n + 1:05d}", "meeting_id": BASE + n,
            "agenda_item_id": BASE + n * ITEMS + 1, "text": self._chinese(30), "illustrative": True,
            "owner_id": self._seat(n % COMMITTEES, n // COMMITTEES % SEATS), "due_on": day + timedelta(days=30) if n % 7 else None,
            "life": "open" if is_open else "done", "done_on": None if is_open else day + timedelta(days=n % 40),
        }  # fmt: skip

    def _chinese(self, letters: int) -> str:
        return "".join(self.dice.choices(CHINESE, k=letters - 1)) + "。"

    def _english(self, letters: int) -> str:
        return " ".join(self.dice.choices(ENGLISH, k=letters // 8)) + "."
