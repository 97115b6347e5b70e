"""What a paragraph says in another language."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField

from kangjiansheng.committee.forms.base import VersionedForm
from kangjiansheng.core.forms import at_most, required

REFUSALS: dict[str, Any] = {
    "committee:translation-language": _l("纪要就是用这种语言写的，请选择另一种语言。"),
    "committee:translation-of-what": _l("不清楚译的是哪一稿文字，请重新打开本页再译。"),
}


class TranslationForm(VersionedForm):
    """The translation, the number of the one that the form showed, and the wording that was beside it."""

    text = TextAreaField(_l("译文"), [required(), at_most(20000)])
    revision = HiddenField()

    @property
    def of(self) -> int:
        """The number of the wording that was translated; 0 when the form named none."""
        said = str(self.revision.data or "")
        return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
