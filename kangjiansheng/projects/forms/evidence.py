"""Bringing evidence, judging it, withdrawing it."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import RadioField, SelectField, StringField

from kangjiansheng.core.forms import Form, VersionField, at_most, required
from kangjiansheng.core.i18n import name_of
from kangjiansheng.projects.rules.evidence import OTHER, Expected, Standing

# What a browser offers to choose from; a telephone adds its camera because of the pictures.
ACCEPT = "image/*,application/pdf,.pdf,.docx,.xlsx,.pptx,.txt,.csv,.heic"


class FilesField(MultipleFileField):
    """Any number of files or photographs."""

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        render = {"accept": ACCEPT, "multiple": True} | kwargs.pop("render_kw", {})
        super().__init__(label or _l("文件或照片"), render_kw=render, **kwargs)

    @property
    def brought(self) -> list[tuple[str, bytes]]:
        """The files that were chosen: name as typed, content."""
        return [(one.filename, one.read()) for one in self.data or () if getattr(one, "filename", "")]

    @property
    def lost(self) -> bool:
        """True when files were chosen and the form comes back: no browser lets a page choose them again."""
        return any(getattr(one, "filename", "") for one in self.data or ())


class EvidenceForm(Form):
    """Files for a milestone, and what they prove."""

    kind = SelectField(_l("这是哪一项证据"), validate_choice=False, id="evidence-kind")
    files = FilesField(id="evidence-files")
    note = StringField(_l("说明"), [at_most(300)], id="evidence-note")

    def __init__(self, *args: Any, wanted: Sequence[tuple[Expected, Standing]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.kind, wanted)


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
