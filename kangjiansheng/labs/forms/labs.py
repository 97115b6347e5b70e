"""The forms of a joint laboratory."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from kangjiansheng.core.forms import Form, VersionField, at_most, required
from kangjiansheng.labs import rules
from kangjiansheng.labs.forms.agreements import Parties, party_choices, unchosen, words


def lead_choices() -> list[tuple[str, Any]]:
    """The institutions that may lead, after an empty line that must not stay."""
    return unchosen(party_choices())


class LabForm(Form):
    """A laboratory: names, who owns it, on which agreement it rests, what it is for."""

    code = StringField(
        _l("编号"), [required(), at_most(40)], description=_l("大写字母、数字和连字符，写进网址，以后不变。")
    )
    name_hans = StringField(_l("名称（简体）"), [required(), at_most(200)])
    name_hant = StringField(_l("名称（繁体）"), [at_most(200)], description=_l("不填时由简体转换，并标明。"))
    name_en = StringField(_l("名称（英文）"), [at_most(200)])
    mission = TextAreaField(_l("宗旨"), [at_most(400)], description=_l("一句话，说明为谁解决什么。"))
    site = StringField(_l("地点"), [at_most(400)])
    lead_code = SelectField(_l("牵头单位"), [required()], choices=lead_choices, validate_choice=False)
    partner_codes = Parties(_l("合作单位"))
    agreement_code = StringField(_l("依托协议"), [at_most(40)], description=_l("协议编号，如 AGR-001。"))
    confidentiality = SelectField(_l("保密级别"), choices=words(rules.LEVELS), default="parties")
    start = DateField(
        _l("建设计划起点"),
        [Optional()],
        description=_l("登记时按模板 E 建立建设里程碑，日期从这一天按典型时长推算；不填则先不定日期。"),
    )
    version = VersionField()

    def facts(self) -> dict[str, Any]:
        """What was typed, as the operations take it, without code and version."""
        own = {"code", "version", "csrf_token"}
        return {name: item.data for name, item in self._fields.items() if name not in own}


class StepForm(Form):
    """The next step in a laboratory's life."""

    life = SelectField(_l("新状态"), choices=words(rules.LIVES))
    accepted_on = DateField(_l("验收日期"), [Optional()], description=_l("开始运行之前须通过验收。"))
    version = VersionField()

    def offer(self, now: str) -> "StepForm":
        """Offer only the steps that are allowed from the present state."""
        self.life.choices = [(code, rules.LIVES[code]) for code in rules.STEPS[now]]
        return self


class ContributionForm(Form):
    """What a partner brings in."""

    contribution = StringField(_l("分工"), [at_most(400)], description=_l("如：牵头临床，12 张床位。"))
    version = VersionField()
