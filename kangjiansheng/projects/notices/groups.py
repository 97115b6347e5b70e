"""What groups in the company's messenger are told of projects: kinds of events, and how many."""

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from kangjiansheng.core import messengers
from kangjiansheng.core.changes import ChangeSet
from kangjiansheng.core.messengers import Kind
from kangjiansheng.labs.models import JointLab
from kangjiansheng.projects.models import Project


def tell_groups(kind: str, owner: Project | JointLab | None, change: ChangeSet, count: int = 1) -> None:
    """Tell the groups of an event in a project, or in the plan of a laboratory."""
    messengers.announce(
        kind,
        change=change,
        count=count,
        thing=owner.code if owner else "",
        illustrative=bool(owner and owner.illustrative),
    )


GROUPS = {
    "projects:slipped": Kind(
        _l("里程碑延期"),
        lambda count: ngettext("有 %(num)d 个里程碑延期", "有 %(num)d 个里程碑延期", count),
        "/milestones",
    ),
    "projects:done": Kind(
        _l("里程碑完成"),
        lambda count: ngettext("有 %(num)d 个里程碑完成", "有 %(num)d 个里程碑完成", count),
        "/milestones",
    ),
    "projects:flagged": Kind(
        _l("里程碑有风险"),
        lambda count: ngettext(
            "有 %(num)d 个里程碑被标记为有风险", "有 %(num)d 个里程碑被标记为有风险", count
        ),
        "/milestones",
    ),
    "projects:evidence-brought": Kind(
        _l("证据待审核"),
        lambda count: ngettext("有 %(num)d 份证据等待审核", "有 %(num)d 份证据等待审核", count),
        "/milestones",
    ),
    "projects:gate-decided": Kind(
        _l("阶段门有决定"),
        lambda count: ngettext("有 %(num)d 个阶段门记录了决定", "有 %(num)d 个阶段门记录了决定", count),
        "/projects",
    ),
    "projects:sheet": Kind(
        _l("用表格更新里程碑"),
        lambda count: ngettext("用表格更新了 %(num)d 个里程碑", "用表格更新了 %(num)d 个里程碑", count),
        "/milestones",
    ),
    "projects:trial": Kind(
        _l("登记记录有新版本"),
        lambda count: ngettext("有 %(num)d 条登记记录更新", "有 %(num)d 条登记记录更新", count),
        "/projects",
    ),
    "projects:hand-off-delivered": Kind(
        _l("交接已交付"),
        lambda count: ngettext("有 %(num)d 项交接等待清点签收", "有 %(num)d 项交接等待清点签收", count),
        "/hand-offs",
    ),
    "projects:hand-off-received": Kind(
        _l("交接已签收"),
        lambda count: ngettext("有 %(num)d 项交接双方已签名", "有 %(num)d 项交接双方已签名", count),
        "/hand-offs",
    ),
    "projects:hand-off-disputed": Kind(
        _l("交接有异议"),
        lambda count: ngettext("有 %(num)d 项交接被提出异议", "有 %(num)d 项交接被提出异议", count),
        "/hand-offs",
    ),
}
