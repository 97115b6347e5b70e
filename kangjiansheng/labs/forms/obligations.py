"""The form of an obligation, and the words for what is refused."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from kangjiansheng.core.forms import Form, VersionField, at_most, required
from kangjiansheng.labs import rules
from kangjiansheng.labs.forms.agreements import marked, party_choices, unchosen, words
from kangjiansheng.labs.queries.waiting import codes_without_account
from kangjiansheng.labs.rules.obligations import FIELDS

REFUSALS: dict[str, Any] = {
    "labs:renewal-months": _l("请填 0 到 %(most)s 之间的月数。"),
    "labs:clause-shape": _l("每行写一条条款：编号、空格、内容。这一行不合适：%(line)s"),
    "labs:clause-twice": _l("条款编号 %(number)s 出现了两次。"),
    "labs:clause-unknown": _l("这份协议没有登记条款 %(number)s。请先在协议中登记，或改填编号。"),
    "labs:owes-itself": _l("义务方和相对方须是两家机构。"),
    "labs:not-bound": _l("%(code)s 不是这份协议的签约方或实施主体。"),
    "labs:not-of-debtor": _l("经办人须是义务方的成员。"),
    "labs:obligation-step": _l("现在的状态不能这样做，请刷新页面。"),
    "labs:obligation-day": _l("请填写日期。"),
    "labs:obligation-future": _l("日期不能晚于今天。"),
    "labs:obligation-before": _l("接受日期不能早于交付日期 %(day)s。"),
    "labs:obligation-reason": _l("请写明理由。"),
    "labs:obligation-mixed": _l("示例义务只能依托示例协议，真实义务只能依托真实协议；%(code)s 不合适。"),
}


class ObligationForm(Form):
    """Who owes whom what, and until when."""

    name_hans = StringField(FIELDS["name_hans"], [required(), at_most(200)], description=_l("要交付什么。"))
    name_hant = StringField(FIELDS["name_hant"], [at_most(200)], description=_l("不填时由简体转换，并标明。"))
    name_en = StringField(FIELDS["name_en"], [at_most(200)])
    debtor_code = SelectField(FIELDS["debtor_id"], [required()], choices=[], validate_choice=False)
    creditor_code = SelectField(FIELDS["creditor_id"], [required()], choices=[], validate_choice=False)
    agreement_code = StringField(
        FIELDS["agreement_id"], [at_most(40)], description=_l("协议的编号；与政府机构的往来可以不填。")
    )
    clause_number = StringField(
        FIELDS["clause_id"], [at_most(20)], description=_l("协议中登记的条款编号，如 3.2。")
    )
    due_on = DateField(FIELDS["due_on"], [Optional()])
    owner_email = StringField(FIELDS["owner_id"], [at_most(200)], description=_l("义务方成员的工作邮箱。"))
    confidentiality = SelectField(FIELDS["confidentiality"], choices=words(rules.LEVELS), default="parties")
    detail = TextAreaField(
        FIELDS["detail"], [at_most(4000)], description=_l("交付物、数量、形式、怎样算履行。")
    )
    version = VersionField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parties, without = party_choices(), codes_without_account()
        self.mute = without & {code for code, _name in parties}
        self.debtor_code.choices = self.creditor_code.choices = unchosen(marked(parties, self.mute))

    def facts(self) -> dict[str, Any]:
        """What was typed, as the operations take it, without the version."""
        return {
            name: item.data for name, item in self._fields.items() if name not in ("version", "csrf_token")
        }
