"""What people type about the papers of a laboratory."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from kangjiansheng.core.forms import Form, VersionField, at_most, required
from kangjiansheng.core.i18n import name_of
from kangjiansheng.labs.forms.agreements import words
from kangjiansheng.labs.models import JointLab
from kangjiansheng.labs.rules.papers import FIELDS, KINDS

REFUSALS: dict[str, Any] = {
    "labs:qualification-of-nobody": _l("请选择资质的持有人。"),
    "labs:paper-ended": _l("这一项已经终止，请另行登记。"),
}


class PaperForm(Form):
    """A permit, an SOP, a qualified room or a person's qualification."""

    kind = SelectField(FIELDS["kind"], choices=words(KINDS))
    label = StringField(FIELDS["label"], [required(), at_most(200)])
    holder_id = SelectField(
        FIELDS["holder_id"], coerce=int, default=0, description=_l("人员资质须写明是谁的。")
    )
    valid_from = DateField(FIELDS["valid_from"], [Optional()])
    valid_to = DateField(
        FIELDS["valid_to"], [required()], description=_l("包括这一天；规程写下次复审的日期。")
    )
    note = TextAreaField(FIELDS["note"], [at_most(2000)])
    version = VersionField()

    def offer(self, lab: JointLab) -> "PaperForm":
        """Offer the people of the laboratory as holders."""
        people = {row.person_id: name_of(row.person) for row in lab.members}
        self.holder_id.choices = [(0, _("不属于某个人")), *people.items()]
        self.holder_id.data = self.holder_id.data or 0
        return self

    def facts(self) -> dict[str, Any]:
        """What the operations take."""
        texts = {key: getattr(self, key).data or "" for key in ("kind", "label", "note")}
        days = {key: getattr(self, key).data for key in ("valid_from", "valid_to")}
        return texts | days | {"holder_id": self.holder_id.data or None}


class EndingForm(Form):
    """Why a paper counts no more."""

    reason = StringField(
        FIELDS["ending"], [required(), at_most(300)], description=_l("例如：已换发新证，另行登记")
    )
    version = VersionField()
