"""Bringing files to an agreement or an obligation, and what is done with an obligation."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField
from wtforms.validators import Optional

from kangjiansheng.core import clock
from kangjiansheng.core.file_levels import level_field, offer
from kangjiansheng.core.forms import Form, VersionField, at_most
from kangjiansheng.core.uploads import FilesField
from kangjiansheng.labs import rules
from kangjiansheng.labs.queries.documents import Owner, level_of

REFUSALS: dict[str, Any] = {
    "labs:no-file": _l("请选择文件。"),
    "labs:files-too-many": _l("一次最多 %(most)s 个文件。"),
    "labs:nothing-to-undo": _l("上一步已经不能撤销。"),
}


class DocumentForm(Form):
    """Files of an agreement, and what they are."""

    kind = SelectField(_l("这是什么文件"), choices=list(rules.DOCUMENTS.items()), id="document-kind")
    files = FilesField(id="document-files")
    note = StringField(_l("说明"), [at_most(300)], id="document-note")
    level = level_field("document-level")


class EvidenceForm(Form):
    """Files that prove what was delivered."""

    files = FilesField(id="document-files")
    note = StringField(_l("说明"), [at_most(300)], id="document-note")
    level = level_field("document-level")


class DeliverForm(Form):
    """The day of a delivery, with what proves it."""

    on = DateField(_l("交付日期"), [Optional()], default=clock.today, id="deliver-on")
    files = FilesField(_l("证据"), id="deliver-files")
    level = level_field("deliver-level")
    version = VersionField(id="deliver-version")


class AcceptForm(Form):
    """The day of an acceptance."""

    on = DateField(_l("接受日期"), [Optional()], default=clock.today, id="accept-on")
    version = VersionField(id="accept-version")


class DisputeForm(Form):
    """What is wrong with a delivery."""

    remark = StringField(_l("理由"), [at_most(400)], id="dispute-remark")
    version = VersionField(id="dispute-version")


class WaiveForm(Form):
    """Why nothing is owed any more."""

    remark = StringField(_l("理由"), [at_most(400)], id="waive-remark")
    version = VersionField(id="waive-version")


STEPS: dict[str, type[Form]] = {
    "deliver": DeliverForm,
    "accept": AcceptForm,
    "dispute": DisputeForm,
    "waive": WaiveForm,
}


def offer_level(form: Any, thing: Owner) -> Any:
    """The form with the levels that a file of this thing may have."""
    offer(form.level, level_of(thing), rules.LEVELS)
    return form


def step_facts(form: Any) -> dict[str, Any]:
    """What a form of a step holds, as the operation takes it."""
    found = {name: form[name].data for name in ("on", "remark") if name in form}
    return {"version": form.version.data} | {key: value for key, value in found.items() if value is not None}
