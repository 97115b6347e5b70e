"""The catalogue of acts on what belongs to looking, and the words of the trail for it."""

from flask_babel import lazy_gettext as _l

ACTS = {
    "overview:rates:create": _l("新建自己的成功率"),
    "overview:rates:edit": _l("修改自己的成功率"),
    "overview:rates:usual": _l("更换默认的成功率"),
    "overview:scenario:create": _l("建立设想"),
    "overview:scenario:edit": _l("修改设想"),
    "overview:scenario:propose": _l("把设想提请会议"),
    "overview:scenario:rebase": _l("设想改以现在的计划为准"),
    "overview:scenario:return": _l("恢复设想"),
    "overview:scenario:throw": _l("放弃设想"),
    "overview:value:enter": _l("填写项目经济数字"),
    "overview:value:edit": _l("修改项目经济数字"),
}
THINGS = {
    "rate_set": _l("自己的成功率"),
    "usual_rates": _l("默认的成功率"),
    "scenario": _l("设想"),
    "project_value": _l("项目经济数字"),
}
