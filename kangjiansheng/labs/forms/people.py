"""The forms of memberships, and the one that carries nothing but the version it saw."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, EmailField, SelectField
from wtforms.validators import Optional

from kangjiansheng.core import clock
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.forms import Form, VersionField, at_most, required


class JoinForm(Form):
    """A new member, found by e-mail address."""

    email = EmailField(_l("工作邮箱"), [required(), at_most(200)])
    role = SelectField(_l("身份"), choices=[])
    valid_from = DateField(_l("开始日期"), [required()], default=clock.today)
    valid_to = DateField(_l("结束日期"), [Optional()], description=_l("含当天；长期有效则不填。"))
    version = VersionField()

    def offer(self, roles: Mapping[str, Any]) -> "JoinForm":
        """Offer the roles of this kind of group."""
        self.role.choices = list(roles.items())
        return self

    def facts(self) -> dict[str, Any]:
        """What was typed, as the operation takes it, the version included."""
        return {name: item.data for name, item in self._fields.items() if name != "csrf_token"}


class LeaveForm(Form):
    """The last day of a membership."""

    valid_to = DateField(_l("结束日期"), [required()], default=clock.today)
    version = VersionField()

    def day(self) -> date:
        """The day that was typed. Refused when it is missing or unreadable."""
        if self.valid_to.data is None:
            raise RuleBroken("labs:day-unreadable", "valid_to")
        return self.valid_to.data


class VersionForm(Form):
    """For acts that ask for nothing: the version that the reader saw."""

    version = VersionField()
