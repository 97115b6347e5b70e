"""The form of an agreement."""

from collections.abc import Collection
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from kangjiansheng.core.db import db
from kangjiansheng.core.forms import Form, VersionField, WholeNumberField, at_most, required
from kangjiansheng.core.i18n import name_of, sort_key
from kangjiansheng.labs import rules
from kangjiansheng.labs.forms.institutions import Chips
from kangjiansheng.labs.models import Institution


def party_choices(among: Collection[int] | None = None) -> list[tuple[str, str]]:
    """The institutions that may stand in an agreement or own a laboratory, by name; `among` are the ids of some."""
    query = db.select(Institution).where(Institution.archived_at.is_(None))
    found = db.session.scalars(query if among is None else query.where(Institution.id.in_(among)))
    key = sort_key()
    return sorted(((row.code, name_of(row)) for row in found), key=lambda choice: key(choice[1]))


def unchosen(choices: list[tuple[Any, str]]) -> list[tuple[Any, Any]]:
    """Choices after an empty line that must not stay: nobody acts in a name that merely came first."""
    return [("", _l("请选择")), *choices]


def marked(choices: list[tuple[Any, str]], without_account: Collection[Any]) -> list[tuple[Any, str]]:
    """Choices that say of which institutions nobody could answer or sign, before anything is saved."""
    return [
        (key, _("%(name)s（无账号）", name=name) if key in without_account else name) for key, name in choices
    ]


def words(vocabulary: Any) -> Any:
    """The choices of a vocabulary of the rules."""
    return list(vocabulary.items())


class Parties(Chips):
    """Institutions to tick; one that does not exist is the operation's to refuse."""

    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(label, choices=party_choices, validate_choice=False, **more)


class AgreementForm(Form):
    """An agreement. What its source does not state stays empty, and shows as not stated."""

    code = StringField(
        _l("编号"), [required(), at_most(40)], description=_l("大写字母、数字和连字符，写进网址，以后不变。")
    )
    name_hans = StringField(_l("名称（简体）"), [required(), at_most(200)])
    name_hant = StringField(_l("名称（繁体）"), [at_most(200)], description=_l("不填时由简体转换，并标明。"))
    name_en = StringField(_l("名称（英文）"), [at_most(200)])
    kind = SelectField(_l("类型"), choices=words(rules.KINDS))
    parent_code = StringField(_l("上位协议"), [at_most(40)], description=_l("上位协议的编号，如 AGR-001。"))
    signatory_codes = Parties(_l("签约方"), description=_l("至少两个。"))
    implementing_codes = Parties(_l("实施主体"), description=_l("推进协议但没有签署的机构。"))
    witness_codes = Parties(_l("见证方"))
    signed_on = DateField(_l("签署日期"), [Optional()])
    year_inferred = BooleanField(_l("年份为推定"), description=_l("来源只写了月日时勾选。"))
    effective_on = DateField(_l("生效日期"), [Optional()])
    expires_on = DateField(_l("到期日期"), [Optional()])
    renewal_months = WholeNumberField(
        _l("提前几个月商议续签"),
        [Optional()],
        default=rules.RENEWAL_MONTHS,
        description=_l("到这一天开始提醒各方。"),
    )
    confidentiality = SelectField(_l("保密级别"), choices=words(rules.LEVELS), default="parties")
    summary = TextAreaField(_l("摘要"), [at_most(4000)])
    stated_lines = TextAreaField(_l("已载明"), [at_most(4000)], description=_l("来源写明的内容，每行一条。"))
    not_stated_lines = TextAreaField(
        _l("未载明"), [at_most(4000)], description=_l("来源没有写的内容，每行一条。")
    )
    clause_lines = TextAreaField(
        _l("条款"),
        [at_most(20000)],
        description=_l("每行一条：编号、空格、内容，如“3.2 每季度提交进展报告”。"),
    )
    source = StringField(_l("来源"), [at_most(400)])
    version = VersionField()

    def facts(self) -> dict[str, Any]:
        """What was typed, as the operations take it, without code and version."""
        return {name: item.data for name, item in self._fields.items() if name not in _OWN}


_OWN = {"code", "version", "csrf_token"}
