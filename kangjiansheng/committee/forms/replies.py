"""An answer that came by mail, brought by those who keep the committee."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from kangjiansheng.core.forms import Form

REFUSALS: dict[str, Any] = {
    "committee:reply-too-large": _l("文件太大，不是对邀请的答复。"),
    "committee:reply-unreadable": _l("文件里没有可读的答复。请上传邮件（.eml）或日历文件（.ics）。"),
    "committee:reply-no-reply": _l("这不是对邀请的答复。"),
    "committee:reply-unknown": _l("答复的不是这次会议，或会议已经召开、取消。"),
    "committee:reply-stranger": _l("答复者的邮箱不在受邀委员之中。"),
    "committee:reply-other-sender": _l("发件人与答复者不是同一邮箱，没有记录。"),
    "committee:reply-older": _l("委员在写这封邮件之后又答复过，以后来的答复为准，没有改动。"),
    "committee:invitation-old": _l("会议的时间或地点在这封邀请之后改过，请用最新一封邀请里的链接答复。"),
    "committee:reply-old": _l("答复的是更改之前的邀请，请委员按新的时间地点再答复。"),
}


class ReplyForm(Form):
    """A mail or a calendar object."""

    file = FileField(_l("邮件答复"), [FileRequired(_l("请选择文件。"))], render_kw={"accept": ".eml,.ics"})
