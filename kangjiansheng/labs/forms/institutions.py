"""The form of an institution."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectMultipleField, StringField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget

from kangjiansheng.core.forms import Form, VersionField, at_most, required
from kangjiansheng.core.i18n import locale, name_of
from kangjiansheng.labs import rules


def sector_choices() -> list[tuple[str, str]]:
    """The six sectors, with sign and name."""
    return [(s.code, f"{name_of(s.sign, _signs())} {name_of(s.name)}") for s in rules.sectors().values()]


def _signs() -> str:
    """The script of the one-character signs: English has none, and shows the Simplified ones."""
    return "zh-Hans" if locale() == "en" else locale()


class Chips(SelectMultipleField):
    """Several of a few choices, as checkboxes that look like chips."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class InstitutionForm(Form):
    """Names, aliases, sectors. The code is asked for once, for it stands in addresses."""

    code = StringField(
        _l("编号"), [required(), at_most(40)], description=_l("大写字母、数字和连字符，写进网址，以后不变。")
    )
    name_hans = StringField(_l("名称（简体）"), [required(), at_most(200)])
    name_hant = StringField(_l("名称（繁体）"), [at_most(200)], description=_l("不填时由简体转换，并标明。"))
    name_en = StringField(_l("名称（英文）"), [at_most(200)])
    alias_lines = TextAreaField(
        _l("别名"), [at_most(4000)], description=_l("每行一个，任何文字皆可；搜索和导入都认得它们。")
    )
    sector_codes = Chips(_l("政产学研医资"), choices=sector_choices)
    regulator = BooleanField(_l("监管机构"), description=_l("监管机构不能登记为合作方。"))
    role_hans = TextAreaField(_l("说明"), [at_most(2000)])
    source = StringField(_l("来源"), [at_most(400)])
    version = VersionField()

    def facts(self) -> dict[str, Any]:
        """What was typed, as the operations take it, without code and version."""
        names = (
            "name_hans",
            "name_hant",
            "name_en",
            "alias_lines",
            "sector_codes",
            "regulator",
            "role_hans",
            "source",
        )
        return {name: self[name].data for name in names}
