"""What people type about agendas, and the sentences for what is refused there."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import NumberRange

from kangjiansheng.committee.forms.base import KINDS, VersionedForm
from kangjiansheng.committee.rules.agenda import LONGEST, merged, shifted
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.file_levels import level_field
from kangjiansheng.core.forms import Difference, Form, WholeNumberField, at_most, required

REFUSALS: dict[str, Any] = {
    "committee:not-published": _l("会议还是草稿，请先发布。"),
    "committee:published-already": _l("会议已不是草稿，无需再次发布。"),
    "committee:discarded": _l("这份草稿已放弃，不能再改。"),
    "committee:other-items": _l("议程里的议题已有增减，请刷新页面后再排。"),
    "committee:minutes-range": _l("每项议题的时长须是 0 到 %(most)s 之间的整数分钟。"),
    "committee:presenter-unknown": _l("请从名单中选择汇报人，或直接写姓名、职务。"),
    "committee:backlog-gone": _l("这一项已列入议程或已撤销。"),
    "committee:not-cancelled": _l("会议没有取消，请在议程里逐项移动。"),
    "committee:takes-place": _l("会议没有取消，无须恢复。"),
    "committee:nothing-left": _l("议程上已经没有要移走的议题。"),
    "committee:pack-empty": _l("议程还没有议题，无法冻结材料包。"),
    "committee:paper-one": _l("请选择一份文件。"),
    "committee:paper-same": _l("这份文件与现行版本相同。"),
    "committee:paper-gone": _l("这份材料已撤回。"),
}


class CarryOverForm(VersionedForm):
    """Where the items of a cancelled meeting go: to a coming one, by its code, or to those that wait (nothing)."""

    to = SelectField(_l("移到"), choices=[], validate_choice=False)


class ArrangeForm(VersionedForm):
    """Places and lengths of the items of an agenda: `at-7` and `minutes-7` for the item 7, and `move` with `7:-1` for
    a button that moves it up. `was` holds what stood when it was opened: `7:20 9:30`."""

    both: dict[int, int] | None = None

    def typed(self) -> list[tuple[int, int | None]]:
        """The items in the order that was asked for, each with its minutes: None for what is no number."""
        keys = [key for name in request.form if (key := _number(name.removeprefix("at-"))) is not None]
        places = []
        for stood, key in enumerate(keys, 1):
            place = _number(request.form.get(f"at-{key}", ""))
            place = stood if place is None else place
            # Who was moved up goes before the one that stands there, who was moved down behind it.
            places.append((place, (place > stood) - (place < stood), key))
        order = [key for _place, _side, key in sorted(places)]
        item, _sep, by = request.form.get("move", "").partition(":")
        moved = _number(item)
        if moved in order and by in ("-1", "1"):
            order = shifted(order, moved, int(by))
        return [(key, _number(request.form.get(f"minutes-{key}", ""))) for key in order]

    def wanted(self, ours: Sequence[int]) -> tuple[list[int], dict[int, int]]:
        """Order and minutes; refused when a length is no number of minutes."""
        order, minutes = [], {}
        for key, length in self.typed():
            if length is None or length > LONGEST:
                raise RuleBroken("committee:minutes-range", most=LONGEST)
            order.append(key)
            minutes[key] = length
        return [*order, *(key for key in ours if key not in minutes)], minutes

    def began_with(self) -> dict[int, int]:
        """Order and lengths as they stood when the form was opened; nothing when it does not say."""
        pairs = (pair.partition(":") for pair in request.form.get("was", "").split())
        read = ((_number(key), _number(length)) for key, _sep, length in pairs)
        return {key: length for key, length in read if key is not None and length is not None}

    def compare(self, now: Sequence[tuple[int, str, int]]) -> None:
        """Take over what the other one changed besides, and say of each place what is wanted there and what stands
        there now."""
        if self.conflict is None:
            return
        names = {key: name for key, name, _minutes in now}
        stands = {key: minutes for key, _name, minutes in now}
        mine = {key: stands.get(key, 0) if length is None else length for key, length in self.typed()}
        was = self.began_with()
        self.both = merged(was, mine, stands)
        places = zip_longest(self.both.items(), stands.items(), list(was.items())[: len(stands)])
        self.conflict.differences = [
            # Where nobody else changed anything nobody else is named.
            Difference(str(place), _told(names, a), _told(names, b), who=str(_ALONE) if b == began else "")
            for place, (a, b, began) in enumerate(places, 1)
            if a != b
        ]

    def wishes(self) -> list[tuple[int, int | None]]:
        """What the page shows when it could not be saved: what was typed, with what another one changed besides."""
        return [*self.both.items()] if self.both else self.typed()


_ALONE = _l("只有您改过")


def _told(names: Mapping[int, str], line: tuple[int, int]) -> str:
    key, minutes = line
    return f"{names[key]} ({minutes})"


def _number(text: str) -> int | None:
    """A whole number from 0 on as it is typed; None for anything else."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


ACCEPT = "application/pdf,image/*,.pdf,.docx,.xlsx,.pptx,.txt,.csv"


class BacklogForm(Form):
    """An item for a later meeting."""

    name_hans = StringField(_l("议题"), [required(), at_most(200)])
    kind = SelectField(_l("类别"), choices=KINDS, default="discuss")
    minutes_planned = WholeNumberField(_l("分钟"), [required(), NumberRange(min=0, max=LONGEST)], default=15)
    presenter = StringField(_l("汇报人"), [at_most(100)])
    text = TextAreaField(_l("议题说明"), [at_most(2000)])


class PaperForm(Form):
    """A paper for an item."""

    files = FileField(_l("文件"), id="paper-files", render_kw={"accept": ACCEPT})
    title = StringField(_l("标题"), [at_most(200)], id="paper-title")
    level = level_field("paper-level")


class NewVersionForm(Form):
    """A newer version of a paper, and what is new."""

    files = FileField(_l("新版文件"), id="version-files", render_kw={"accept": ACCEPT})
    note = StringField(_l("修改了什么"), [at_most(300)], id="version-note")
