"""What administrators write of personal data, and what everybody accepts."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField

from kangjiansheng.accounts.rules.privacy import TEXT_MOST
from kangjiansheng.core.forms import Form, VersionField, at_most, required

REFUSALS = {
    "accounts:privacy-open": _l("文中还有“由本机构填写”的地方，请补全后再发布。"),
    "accounts:privacy-same": _l("与现行版本一字不差，不必再发布。"),
    "accounts:privacy-newer": _l("您阅读时发布了新的版本，请阅读现在这一版。"),
}


class NoticeForm(Form):
    """A version in three languages; `version` is the number of the one that it follows."""

    text_hans = TextAreaField(_l("简体中文"), [required(), at_most(TEXT_MOST)])
    text_hant = TextAreaField(_l("繁体中文"), [required(), at_most(TEXT_MOST)])
    text_en = TextAreaField(_l("英文"), [required(), at_most(TEXT_MOST)])
    version = VersionField()


class AcceptForm(Form):
    """Which version was read."""

    number = HiddenField()

    @property
    def read(self) -> int | None:
        """The number of the version that was read; None when the form names none."""
        typed = self.number.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None
