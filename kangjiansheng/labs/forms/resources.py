"""What people type about shared resources and bookings, and the words for what is refused."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from kangjiansheng.core import clock
from kangjiansheng.core.forms import Form, VersionField, WholeNumberField, at_most, required
from kangjiansheng.core.i18n import name_of
from kangjiansheng.labs import rules
from kangjiansheng.labs.forms.agreements import words
from kangjiansheng.labs.forms.labs import lead_choices
from kangjiansheng.labs.models import Institution, SharedResource
from kangjiansheng.labs.queries.bookings import Standing
from kangjiansheng.labs.rules import resources as shared

REFUSALS: dict[str, Any] = {
    "labs:hours-reversed": _l("关闭时间须晚于开放时间，都在 0 到 24 点之间。"),
    "labs:capacity": _l("容量至少为 1。"),
    "labs:lab-unknown": _l("没有编号为 %(code)s 的联合实验室。"),
    "labs:resource-mixed": _l("示例实验室只能登记示例资源，真实实验室只能登记真实资源；%(code)s 不合适。"),
    "labs:places-booked": _l("第 %(number)s 号预约用到了要减去的位置，请先移动或取消它。"),
    "labs:no-end": _l("请填写结束时间。"),
    "labs:span-reversed": _l("结束时间须晚于开始时间。"),
    "labs:span-past": _l("这段时间已经过去，请选以后的时间。"),
    "labs:span-far": _l("最多可以提前 %(days)s 天预约。"),
    "labs:span-long": _l("一次最多预约 %(days)s 天。"),
    "labs:span-hours": _l("预约按整点开始和结束。"),
    "labs:places": _l("数量须在 1 到 %(capacity)s 之间。"),
    "labs:closed-that-day": _l("%(day)s 不开放，请换一天。"),
    "labs:outside-hours": _l("开放时间是 %(opens)s 点到 %(closes)s 点，请在其中选择。"),
    "labs:booking-taken": _l("这段时间已被第 %(number)s 号预约占用：%(when)s。"),
    "labs:booking-over": _l("第 %(number)s 号预约已经结束或取消。"),
    "labs:is-free": _l("这段时间现在有空位，可以直接预约。"),
    "labs:wait-over": _l("这项候补已经结束，请刷新页面。"),
    "labs:waits-already": _l("您已在候补这段时间。"),
}
FIELDS: dict[str, Any] = {
    "kind": _l("类型"),
    "institution_id": _l("所属机构"),
    "lab_id": _l("联合实验室"),
    "capacity": _l("容量"),
    "opens": _l("开放时间"),
    "closes": _l("关闭时间"),
    "open_days": _l("开放日"),
    "note": _l("使用须知"),
    "resource_id": _l("共享资源"),
    "number": _l("编号"),
    "place": _l("位号"),
    "places": _l("数量"),
    "starts_at": _l("开始"),
    "ends_at": _l("结束"),
    "person_id": _l("预约人"),
    "purpose": _l("用途"),
    "cancelled_at": _l("取消时间"),
    "asked_at": _l("候补时间"),
    "life": _l("状态"),
}
RESOURCE_LABELS: dict[str, Any] = {
    "name_hans": _l("名称（简体）"),
    "name_hant": _l("名称（繁体）"),
    "name_en": _l("名称（英文）"),
    "site": _l("地点"),
    "confidentiality": _l("保密级别"),
    **{
        key: FIELDS[key]
        for key in ["kind", "institution_id", "lab_id", "capacity", "opens", "closes", "open_days", "note"]
    },
}
BOOKING_LABELS: dict[str, Any] = {
    key: FIELDS[key]
    for key in ["place", "places", "starts_at", "ends_at", "institution_id", "purpose", "cancelled_at"]
}
LIVES: dict[str, Any] = {
    "waiting": _l("候补中"),
    "booked": _l("已订到"),
    "withdrawn": _l("已退出"),
    "removed": _l("已移出"),
}
VALUES: dict[str, dict[str, Any]] = {
    "kind": {**shared.RESOURCE_KINDS, **shared.USES},
    "open_days": dict(shared.OPEN_DAYS),
    "confidentiality": dict(rules.LEVELS),
    "life": LIVES,
}


class ResourceForm(Form):
    """A shared resource: what it is, whose, where, when it is open, how many can use it at once."""

    code = StringField(
        _l("编号"), [required(), at_most(40)], description=_l("大写字母、数字和连字符，写进网址，以后不变。")
    )
    name_hans = StringField(_l("名称（简体）"), [required(), at_most(200)])
    name_hant = StringField(_l("名称（繁体）"), [at_most(200)], description=_l("不填时由简体转换，并标明。"))
    name_en = StringField(_l("名称（英文）"), [at_most(200)])
    kind = SelectField(_l("类型"), choices=words(shared.RESOURCE_KINDS))
    institution_code = SelectField(_l("所属机构"), [required()], choices=lead_choices, validate_choice=False)
    lab_code = StringField(
        _l("联合实验室"), [at_most(40)], description=_l("实验室编号，如 JL-01；各合作方都能预约。")
    )
    site = StringField(_l("地点"), [at_most(400)])
    capacity = WholeNumberField(
        _l("容量"), [required()], default=1, description=_l("同时可用的数量；细胞库填存放位数。")
    )
    opens = WholeNumberField(
        _l("开放时间"), [Optional()], default=8, description=_l("整点，0 到 24；细胞库不用填。")
    )
    closes = WholeNumberField(_l("关闭时间"), [Optional()], default=18)
    open_days = SelectField(_l("开放日"), choices=words(shared.OPEN_DAYS), default="workdays")
    confidentiality = SelectField(
        _l("保密级别"),
        choices=words(rules.LEVELS),
        default="parties",
        description=_l("公开：人人可见何时有空，但看不到谁在用。"),
    )
    note = TextAreaField(_l("使用须知"), [at_most(2000)])
    version = VersionField()

    def facts(self) -> dict[str, Any]:
        """What was typed, as the operations take it, without code and version."""
        own = {"code", "version", "csrf_token"}
        found = {name: item.data for name, item in self._fields.items() if name not in own}
        return found | {
            "opens": found["opens"] or 0,
            "closes": 24 if found["closes"] is None else found["closes"],
        }


class BookingForm(Form):
    """A booking: the day, from which hour to which, what for. A cell bank has days in place of hours."""

    day = DateField(_l("日期"), [required()])
    from_hour = SelectField(_l("从"), coerce=int)
    to_hour = SelectField(_l("到"), coerce=int)
    until = DateField(_l("结束日期"), [Optional()], description=_l("连用几天时填写。"))
    places = WholeNumberField(_l("数量"), [required()], default=1)
    purpose = StringField(_l("用途"), [required(), at_most(200)], description=_l("如：工艺验证第 3 批。"))
    project = StringField(
        _l("项目"),
        [at_most(60)],
        description=_l("为哪个项目预约：填编号或从列表里选。只有能看到该项目的人看到它。"),
    )
    institution = SelectField(_l("代表机构"), validate_choice=False)
    version = VersionField()

    def offer(
        self,
        resource: SharedResource,
        homes: Sequence[Institution],
        projects: Sequence[tuple[str, str]] = (),
    ) -> "BookingForm":
        """Offer the hours of the resource, the reader's institutions where there are several, and for what one books."""
        self.homes, self.projects = homes, projects
        self.bank = resource.kind == shared.BANK
        self.from_hour.choices = [(n, f"{n:02d}:00") for n in range(resource.opens, resource.closes)]
        self.to_hour.choices = [(n, f"{n:02d}:00") for n in range(resource.opens + 1, resource.closes + 1)]
        self.institution.choices = [(row.code, name_of(row)) for row in homes]
        if self.bank:
            del self.from_hour, self.to_hour
            self.until.description = _l("最后一天；不知道何时取走则不填。")
        if resource.capacity == 1:
            del self.places
        if len(homes) < 2:
            del self.institution
        if not projects:
            del self.project
        return self

    @property
    def named(self) -> str:
        """The project that was named, if any."""
        return (self.project.data or "").strip() if "project" in self._fields else ""

    def facts(self) -> dict[str, Any]:
        """What was typed, as the operations take it."""
        starts, ends = self.span()
        return {
            "starts_at": starts,
            "ends_at": ends,
            "purpose": self.purpose.data or "",
            "places": self.places.data if "places" in self._fields else 1,
            "institution_code": self.institution.data or "" if "institution" in self._fields else "",
        }

    def span(self) -> tuple[datetime, datetime | None]:
        """From when to when; the end is None for what stays in a cell bank."""
        day: date = self.day.data or clock.today()
        until: date | None = self.until.data
        if self.bank:
            return clock.start_of(day), clock.start_of(until + shared.DAY) if until else None
        return shared.at(day, self.from_hour.data), shared.at(until or day, self.to_hour.data)

    def at(self, starts: datetime, ends: datetime) -> None:
        """Fill in another time, as if it had been typed. Of a room or an instrument only."""
        for name, value in _typed(starts, ends).items():
            self[name].data = value
            self[name].raw_data = ["" if value is None else str(value)]

    def stored(self, thing: Any) -> "BookingForm":
        """The form as it would open on the booking as it now stands."""
        return type(self)(formdata=None, obj=Typed(thing)).offer(thing.resource, self.homes)


class RemovalForm(Form):
    """Why somebody is taken off the waiting list."""

    reason = StringField(_l("理由"), [required(), at_most(200)], description=_l("候补的人会看到。"))


class Typed:
    """A booking or a wish, as the form holds it."""

    def __init__(self, row: Any) -> None:
        typed = _typed(row.starts_at, row.ends_at, bank=row.resource.kind == shared.BANK)
        self.day, self.until = typed["day"], typed["until"]
        self.from_hour, self.to_hour = typed["from_hour"], typed["to_hour"]
        self.places, self.purpose = row.places, row.purpose
        self.institution = row.institution.code if row.institution else ""
        self.version = row.version


def _typed(starts_at: datetime, ends_at: datetime | None, *, bank: bool = False) -> dict[str, Any]:
    """A time as it is typed: a day that ends at midnight goes to 24, and the last day stands where it is another one."""
    first = starts_at.astimezone(clock.SHANGHAI)
    last = ends_at.astimezone(clock.SHANGHAI) if ends_at else None
    whole = last is not None and last.hour == 0
    ends = last and (last.date() - shared.DAY if whole else last.date())
    return {
        "day": first.date(),
        "until": ends if bank or ends != first.date() else None,
        "from_hour": first.hour,
        "to_hour": 24 if whole else last.hour if last else None,
    }


def finding(rows: Sequence[SharedResource], standing: Mapping[int, Standing]) -> str:
    """What the resources tell together, in one line: what the others wait for, and where there is room."""
    narrow, roomy = shared.bottleneck((row, standing[row.id].percent) for row in rows)
    if narrow and roomy:
        return _("%(narrow)s是瓶颈，%(roomy)s有余量", narrow=name_of(narrow), roomy=name_of(roomy))
    if narrow:
        return _("%(narrow)s是瓶颈，没有明显有余量的资源", narrow=name_of(narrow))
    fullest = max(rows, key=lambda row: standing[row.id].percent or 0, default=None)
    if fullest is None:
        return _("还没有对您开放的共享资源")
    return _(
        "没有瓶颈，最满的是%(name)s（%(percent)s%%）",
        name=name_of(fullest),
        percent=standing[fullest.id].percent or 0,
    )


def kpi(row: SharedResource, found: Standing, day: date) -> dict[str, Any]:
    """The tile of the resource that is most in use: how full, against the month before, and how the next one looks."""
    more = (found.percent or 0) - (found.before or 0)
    change = ""
    if found.percent is not None and found.before is not None and more:
        change = (
            ngettext("▲ 升 %(num)d 个百分点", "▲ 升 %(num)d 个百分点", more)
            if more > 0
            else ngettext("▼ 降 %(num)d 个百分点", "▼ 降 %(num)d 个百分点", -more)
        )
    hot = (found.percent or 0) > shared.HOT
    coming = "" if found.coming is None else _("下月已订 %(percent)s%%", percent=found.coming)
    return {
        "label": _("%(name)s占用，%(month)s 月", name=name_of(row), month=day.month),
        "value": "—" if found.percent is None else found.percent,
        "unit": "" if found.percent is None else "%",
        "warning": change if hot else None,
        "note": _("，").join(filter(None, ("" if hot else change, coming))),
    }
