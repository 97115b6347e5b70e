"""Where a paragraph is cut, and where it goes."""

from wtforms import HiddenField, IntegerField
from wtforms.validators import Optional

from kangjiansheng.committee.forms.base import VersionedForm


class PartsForm(VersionedForm):
    """The character before which a paragraph is cut, or the paragraph after which it is put."""

    at = IntegerField(validators=[Optional()])
    after = HiddenField()
