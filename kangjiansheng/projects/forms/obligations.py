"""To what an obligation matters and for which project one books, as it is typed, and the words for what is refused."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField

from kangjiansheng.core.forms import Form, at_most, required

REFUSALS: dict[str, Any] = {
    "projects:link-unknown": _l(
        "没有找到“%(text)s”。请填项目或实验室的编号；里程碑的编号写在它后面，中间空一格。"
    ),
    "projects:link-there": _l("已经关联，不用重复。"),
    "projects:link-mixed": _l("示例义务只能关联示例项目或实验室，真实的只能关联真实的。"),
    "projects:booking-project": _l("没有找到项目“%(text)s”。请填您能查看的项目的编号。"),
    "projects:booking-linked": _l("这次预约已经写明项目，请先取消关联。"),
    "projects:booking-mixed": _l("示例资源的预约只能关联示例项目，真实的只能关联真实的。"),
}


class LinkForm(Form):
    """A code, or two: of a project or laboratory, and of a milestone."""

    target = StringField(
        _l("项目、里程碑或实验室"),
        [required(), at_most(60)],
        description=_l("填编号；里程碑填两个编号，中间空一格。"),
        id="link-target",
    )


class BookingLinkForm(Form):
    """The code of a project."""

    project = StringField(_l("项目编号"), [required(), at_most(60)], id="booking-project")
