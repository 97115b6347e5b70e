"""Where a paragraph is cut, where it goes, and a picture for it."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import Optional

from kangjiansheng.committee.forms.base import VersionedForm
from kangjiansheng.committee.rules.languages import NAMES
from kangjiansheng.core.forms import Form, WholeNumberField, at_most, required

REFUSALS: dict[str, Any] = {
    "committee:image-one": _l("请选择一张图片。"),
    "committee:image-type": _l("图片须是 PNG 或 JPEG。"),
    "committee:image-large": _l("图片最多 %(most)s MB，每边最多 %(side)s 像素，请缩小后再传。"),
}


class PartsForm(VersionedForm):
    """The character before which a paragraph is cut, or the paragraph after which it is put."""

    at = WholeNumberField(validators=[Optional()])
    after = HiddenField()


class ImageForm(VersionedForm):
    """A picture, and in words what it shows: for who does not see it, and for search."""

    files = FileField(_l("图片"), id="image-files", render_kw={"accept": "image/png,image/jpeg"})
    alt = StringField(_l("图中是什么"), [required(), at_most(300)], id="image-alt")


class StartForm(Form):
    """In which language minutes begin; without one, in the script of who drafts them."""

    language = SelectField(_l("用哪种文字起草"), choices=list(NAMES.items()), validate_choice=False)

    @property
    def chosen(self) -> str | None:
        """The language, if it is one in which minutes are written."""
        return self.language.data if self.language.data in NAMES else None
