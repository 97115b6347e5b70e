"""Bringing evidence, judging it, withdrawing it."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, StringField

from kangjiansheng.core import file_levels
from kangjiansheng.core.file_levels import level_field
from kangjiansheng.core.forms import Form, VersionField, at_most, required
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.uploads import FilesField
from kangjiansheng.projects.rules.evidence import OTHER, Expected, Standing

FILE_LEVELS = {"parties": _l("参与各方"), "team": _l("仅项目团队")}


class EvidenceForm(Form):
    """Files for a milestone, and what they prove."""

    kind = SelectField(_l("这是哪一项证据"), validate_choice=False, id="evidence-kind")
    files = FilesField(id="evidence-files")
    note = StringField(_l("说明"), [at_most(300)], id="evidence-note")
    level = level_field("evidence-level")

    def __init__(
        self, *args: Any, within: str, wanted: Sequence[tuple[Expected, Standing]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self.kind, wanted)
        file_levels.offer(self.level, within, FILE_LEVELS)


def offer(field: SelectField, wanted: Sequence[tuple[Expected, Standing]]) -> None:
    """Offer the expected pieces, and anything else; the first that is missing is chosen."""
    field.choices = [(one.kind, name_of(one.name)) for one, _stand in wanted]
    field.choices.append((OTHER, _("其他材料")))
    if not field.data or not field.raw_data:
        field.data = next((one.kind for one, stand in wanted if stand in ("missing", "refused")), OTHER)


class VersionForm(Form):
    """A newer version of one piece."""

    files = FilesField(_l("新版本"), render_kw={"multiple": False})
    note = StringField(_l("改了什么"), [at_most(300)], id="version-note")
    version = VersionField()


class JudgeForm(Form):
    """Accepted, or not accepted because."""

    verdict = RadioField(
        _l("审核结论"), choices=[("accepted", _l("接受")), ("refused", _l("不接受"))], validate_choice=False
    )
    note = StringField(_l("理由"), [at_most(300)], id="verdict-note")
    version = VersionField()


class WithdrawForm(Form):
    """Why a piece counts no longer."""

    note = StringField(_l("撤回的原因"), [required(), at_most(300)], id="withdraw-note")
    version = VersionField()
