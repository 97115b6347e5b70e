"""What groups in the company's messenger are told of committees: kinds of events, and how many."""

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from kangjiansheng.core.messengers import Kind

GROUPS = {
    "committee:to-decide": Kind(
        _l("项目或阶段门待决策"),
        lambda count: ngettext(
            "有 %(num)d 个项目议题等待会议决定", "有 %(num)d 个项目议题等待会议决定", count
        ),
        "/meetings",
    ),
    "committee:meeting": Kind(
        _l("会议安排"),
        lambda count: ngettext("有 %(num)d 次会议安排或变更", "有 %(num)d 次会议安排或变更", count),
        "/meetings",
    ),
    "committee:review-opened": Kind(
        _l("纪要待审签"),
        lambda count: ngettext("有 %(num)d 份纪要等待审阅和签署", "有 %(num)d 份纪要等待审阅和签署", count),
        "/meetings",
    ),
    "committee:approved": Kind(
        _l("纪要生效"),
        lambda count: ngettext("有 %(num)d 份纪要生效", "有 %(num)d 份纪要生效", count),
        "/meetings",
    ),
    "committee:amendment-proposed": Kind(
        _l("纪要勘误待签署"),
        lambda count: ngettext("有 %(num)d 份纪要勘误等待签署", "有 %(num)d 份纪要勘误等待签署", count),
        "/meetings",
    ),
    "committee:amendment-approved": Kind(
        _l("纪要勘误生效"),
        lambda count: ngettext("有 %(num)d 份纪要勘误生效", "有 %(num)d 份纪要勘误生效", count),
        "/meetings",
    ),
}
