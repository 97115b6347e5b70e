"""How a milestone stands, in three answers."""

import datetime as dt
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField

from kangjiansheng.core import clock, trail
from kangjiansheng.core.calendar import add_months
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken, Stale
from kangjiansheng.core.forms import Conflict, Difference, Form, VersionField, at_most, is_mine, required
from kangjiansheng.core.uploads import FilesField
from kangjiansheng.projects.forms.evidence import offer
from kangjiansheng.projects.forms.fields import DayField, choices, label_of
from kangjiansheng.projects.models import Milestone
from kangjiansheng.projects.queries.rows import state_of
from kangjiansheng.projects.rules import milestones as rules
from kangjiansheng.projects.rules import schedule
from kangjiansheng.projects.rules.evidence import Expected, Standing
from kangjiansheng.projects.rules.schedule import Follow
from kangjiansheng.projects.rules.vocabulary import reasons

CHOICES = [("on_track", _l("按计划")), ("will_slip", _l("要推迟")), ("done", _l("已完成"))]
BLOCKED = ("blocked", _l("受阻"))  # an issue of the project: the date stands as it is
# What is late against its baseline is not on track, though its date stands; and who is asked about a proposed date
# says yes to that one.
STANDS, AGREED = _l("日期不变"), _l("同意新日期")
SHAPES = {"on_track": "ontrack", "will_slip": "slip", "done": "done"}
FOLLOW = [
    ("move", _l("一起顺延")),
    ("within", _l("一起顺延，各不超过本次推迟的天数")),
    ("keep", _l("保持原日期，并标明过早")),
]
QUICK = [("1w", _l("+1 周")), ("2w", _l("+2 周")), ("3w", _l("+3 周")), ("1m", _l("+1 个月"))]


class MilestoneForm(Form):
    """On track, will slip to … because …, or done on …"""

    choice = RadioField(_l("现在怎样"), choices=CHOICES, validate_choice=False)
    quick = RadioField(_l("新的预测日期"), choices=QUICK, validate_choice=False)
    date = DayField(_l("新的预测日期"))
    reason = RadioField(_l("主要原因"), validate_choice=False)
    actual = DayField(_l("实际日期"))
    note = TextAreaField(_l("补充一句"), [at_most(300)])
    obstacle = StringField(_l("被什么挡住"), [at_most(200)])
    follow = RadioField(_l("下游里程碑"), choices=FOLLOW, default="move", validate_choice=False)
    files = FilesField(_l("照片或文件作为证据"))
    kind = SelectField(_l("这是哪一项证据"), validate_choice=False)
    back = HiddenField()
    version = VersionField()

    def __init__(
        self,
        *args: Any,
        milestone: Milestone | Any = None,
        wanted: Sequence[tuple[Expected, Standing]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.milestone = milestone
        self.may_block = False
        self.choice.choices = answers(milestone)
        self.offer(wanted)
        self.reason.choices = choices(reasons())

    def offer(self, wanted: Sequence[tuple[Expected, Standing]]) -> None:
        """Offer the pieces of evidence that are expected; only who is shown them, or sends files, has to read them."""
        offer(self.kind, wanted)

    def offer_blocked(self, may: bool) -> None:
        """Take "blocked" for an answer, of whom may write down what stops a milestone."""
        if may and not self.may_block:
            self.choice.choices = [*(self.choice.choices or ()), BLOCKED]
        self.may_block = self.may_block or may

    @property
    def new_date(self) -> dt.date | None:
        """The date that was typed, else the one that a quick answer means."""
        return self.date.data or quick_days(self.milestone).get(self.quick.data or "")

    @property
    def actual_date(self) -> dt.date | None:
        """The day that was typed, else today; None when it cannot be read."""
        return self.actual.data or (
            None if self.actual.errors or self.actual.process_errors else clock.today()
        )

    @property
    def outcome(self) -> dt.date | None:
        """The day on which the milestone would come if this were saved; None when no such day would be taken."""
        if self.milestone is None or self.date.process_errors:
            return None
        try:
            return self.weigh()
        except RuleBroken:
            return None

    def weigh(self) -> dt.date | None:
        """The day that saving this would give. Refused as saving it would be, but for a reason that is not given yet."""
        state, today, choice = state_of(self.milestone), clock.today(), self.choice.data
        day = {"done": self.actual_date, "will_slip": self.new_date}.get(choice or "", state.proposed)
        if day and choice == "done":
            rules.done(state, day, today)
        elif day and choice == "will_slip":
            reason = self.reason.data if self.reason.data in reasons() else next(iter(reasons()))
            rules.will_slip(state, day, reason, today)
        return day

    @property
    def turned(self) -> str:
        """What "will slip" comes to with a day that is not later than the promised one, in words; else empty."""
        day = self.new_date
        if self.choice.data != "will_slip" or self.milestone is None or day is None:
            return ""
        state = state_of(self.milestone)
        if state.promised is None or state.state != "open" or day < clock.today():
            return ""
        way, promised = rules.turn(state.promised, day), state.promised.isoformat()
        if way == "earlier":
            return ngettext(
                "比现在的 %(day)s 早 %(num)d 天：会记为提前，不需要原因，选了也不记。",
                "比现在的 %(day)s 早 %(num)d 天：会记为提前，不需要原因，选了也不记。",
                (state.promised - day).days,
                day=promised,
            )
        return self._same(state, promised) if way == "same" else ""

    @staticmethod
    def _same(state: rules.MilestoneState, promised: str) -> str:
        if state.proposed not in (None, state.promised):
            return _("就是现在的 %(day)s：会记为日期不变，提议的日期不采用。", day=promised)
        if (rules.slip_days(state) or 0) > 0:
            return _("就是现在的 %(day)s：日期不变。选了另一个原因，就只更正原因。", day=promised)
        return _("就是现在的 %(day)s：什么都不会变。", day=promised)

    @property
    def stands(self) -> bool:
        """True where the first answer would be taken: the date that it confirms is there and has not passed."""
        try:
            rules.on_track(state_of(self.milestone), clock.today())
        except RuleBroken:
            return False
        return True

    @property
    def along(self) -> Follow:
        """How the later milestones go along if this is saved."""
        return following(self.follow.data)

    @property
    def state(self) -> str:
        """Which part of the card is open: none, ok, slip, done or blocked."""
        return {"on_track": "ok", "will_slip": "slip", "done": "done", "blocked": "blocked"}.get(
            self.choice.data or "", "none"
        )

    def _refuse(self, problem: RuleBroken) -> None:
        """Who gave neither date nor reason is told of both at once, not of one after the other; who gave no date is not
        told at its field, which is out of sight."""
        if self.choice.data == "on_track" and problem.field == "date":
            problem.field = "choice"
        super()._refuse(problem)
        if problem.code == "projects:date-missing" and self.reason.data not in reasons():
            super()._refuse(RuleBroken("projects:reason-missing", "reason"))

    def _show_conflict(self, problem: Stale) -> None:
        """The other's state beside what was typed here; the form then carries the current version."""
        db.session.rollback()
        thing = db.session.get_one(Milestone, problem.thing.id)
        who, when, by = trail.last_change(thing)
        who, when = who or _("导入"), when or thing.confirmed_at or clock.now()
        theirs_date = thing.actual or thing.forecast or thing.current_plan or thing.baseline
        if self.choice.data == "on_track":  # says no date of its own: it confirms the one that stands
            mine_date = thing.proposed or theirs_date
        else:
            mine_date = self.actual.data if self.choice.data == "done" else self.new_date
        day = self.actual if self.choice.data == "done" else self.date
        mine = [
            (_("状态"), str(dict(answers(thing)).get(self.choice.data, "")), _state_word(thing), self.choice),
            (_("日期"), _iso(mine_date), _iso(theirs_date), day),
            (
                _("主要原因"),
                label_of(self.reason.data, reasons()),
                label_of(thing.reason_code, reasons()),
                self.reason,
            ),
            (_("补充一句"), self.note.data or "", thing.note, self.note),
        ]
        self.conflict = Conflict(
            who,
            when,
            [Difference(label, own, now, item.id) for label, own, now, item in mine if own != now],
            is_mine(by),
        )
        self.version.data = thing.version  # type: ignore[assignment]
        self.version.raw_data = None
        self.milestone = thing


def following(asked: str | None) -> Follow:
    """How the later milestones go along; as the plan has it when nothing was said."""
    return next((one for one in schedule.FOLLOW if one == asked), "move")


def quick_days(milestone: Any) -> dict[str, dt.date]:
    """The days that +1, +2 and +3 weeks and +1 month mean: from the promised day, or from today when it has passed."""
    promised = milestone.forecast or milestone.current_plan or milestone.baseline
    start = max(promised, clock.today()) if promised else clock.today()
    weeks = {f"{number}w": start + timedelta(7 * number) for number in (1, 2, 3)}
    return {**weeks, "1m": add_months(start, 1)}


def answers(milestone: Any) -> list[tuple[str, Any]]:
    """The three answers; the first says of a milestone that is late that its date stands, and not that it is on track."""
    if milestone is None:
        return CHOICES
    state = state_of(milestone)
    late = (rules.slip_days(state) or 0) > 0
    first = AGREED if state.proposed else STANDS if late else CHOICES[0][1]
    return [("on_track", first), *CHOICES[1:]]


def _state_word(thing: Milestone) -> str:
    if thing.state == "done":
        return _("已完成")
    if thing.state == "cancelled":
        return _("已取消")
    return _("待确认") if thing.proposed else _("进行中")


def _iso(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


class PlanForm(Form):
    """A planned date: the first one becomes the baseline. A later one needs a reason and an authority."""

    plan = DayField(_l("计划日期"), [required()])
    note = StringField(_l("理由"), [at_most(300)])
    authority = StringField(_l("批准依据"), [at_most(200)])
    version = VersionField()


class ActForm(Form):
    """An act that needs nothing but the version that was seen: reopen, cancel, flag."""

    note = StringField(_l("说明"), [at_most(300)])
    version = VersionField()


class OwnerForm(Form):
    """Who answers for a milestone; 0 is nobody."""

    owner_id = SelectField(_l("负责"), coerce=int)
    version = VersionField()
