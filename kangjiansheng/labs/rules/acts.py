"""The things of this floor and the catalogue of acts."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

THINGS: Mapping[str, Any] = {
    "institution": _l("机构"),
    "agreement": _l("协议"),
    "joint_lab": _l("联合实验室"),
}
ACTS: Mapping[str, Any] = {
    "labs:institution:create": _l("登记机构"),
    "labs:institution:edit": _l("修改机构资料"),
    "labs:institution:join": _l("登记机构成员"),
    "labs:people:provision": _l("按名单更新人员"),
    "labs:institution:leave": _l("结束机构成员身份"),
    "labs:institution:archive": _l("归档机构"),
    "labs:institution:restore": _l("恢复机构"),
    "labs:agreement:create": _l("登记协议"),
    "labs:agreement:edit": _l("修改协议"),
    "labs:agreement:bring": _l("添加文件"),
    "labs:agreement:withdraw": _l("撤回文件"),
    "labs:agreement:file-level": _l("修改文件的保密级别"),
    "labs:agreement:archive": _l("归档协议"),
    "labs:agreement:restore": _l("恢复协议"),
    "labs:lab:create": _l("登记联合实验室"),
    "labs:lab:edit": _l("修改联合实验室"),
    "labs:lab:step": _l("变更实验室状态"),
    "labs:lab:accept": _l("实验室通过验收"),
    "labs:lab:review": _l("记录年度评估结论"),
    "labs:lab:contribute": _l("修改各方分工"),
    "labs:lab:join": _l("加入实验室成员"),
    "labs:lab:leave": _l("结束实验室成员身份"),
    "labs:lab:archive": _l("归档联合实验室"),
    "labs:lab:restore": _l("恢复联合实验室"),
}
