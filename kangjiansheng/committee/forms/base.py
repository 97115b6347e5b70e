"""What the forms of this floor share."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import NumberRange, Optional

from kangjiansheng.core.forms import Form

KINDS = [("confirm", _l("通过")), ("hear", _l("听取")), ("discuss", _l("讨论")), ("decide", _l("表决"))]


def number() -> Any:
    """A whole number that may be missing, from 0 to 99."""
    return [Optional(), NumberRange(min=0, max=99, message=_l("请填 0 到 99 的整数。"))]


class VersionedForm(Form):
    """A form that carries the version it showed."""

    version = HiddenField()

    @property
    def seen(self) -> int | None:
        """The version that the form showed; None when it carried none."""
        text = str(self.version.data or "")
        return int(text) if text.isdecimal() and len(text) < 10 else None
