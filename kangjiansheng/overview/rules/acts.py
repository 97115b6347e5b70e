"""The catalogue of acts on what belongs to looking, and the words of the trail for it."""

from flask_babel import lazy_gettext as _l

ACTS = {
    "overview:rates:create": _l("新建自己的成功率"),
    "overview:rates:edit": _l("修改自己的成功率"),
    "overview:rates:usual": _l("更换默认的成功率"),
    "overview:value:enter": _l("填写项目经济数字"),
    "overview:value:edit": _l("修改项目经济数字"),
}
THINGS = {
    "rate_set": _l("自己的成功率"),
    "usual_rates": _l("默认的成功率"),
    "project_value": _l("项目经济数字"),
}
