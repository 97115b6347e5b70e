"""When an action was done, and what shows it."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import DateField, StringField

from kangjiansheng.committee.forms.agenda import ACCEPT
from kangjiansheng.committee.forms.base import VersionedForm
from kangjiansheng.core.file_levels import level_field
from kangjiansheng.core.forms import Form, at_most, required

FILE_LEVELS = {"parties": _l("委员会与项目相关方"), "team": _l("仅委员会")}
REFUSALS: dict[str, Any] = {
    "committee:evidence-one": _l("请选择一份文件。"),
    "committee:evidence-open": _l("行动项完成之后才能附证据。"),
    "committee:evidence-many": _l("每个行动项最多 %(most)s 份证据文件。"),
    "committee:evidence-there": _l("这份文件已经附过。"),
}


class DoneForm(VersionedForm):
    """When an action was done."""

    done_on = DateField(_l("完成日期"), [required()])
    note = StringField(_l("完成说明"), [at_most(400)])
    evidence = StringField(_l("证据"), [at_most(1000)])
    files = FileField(_l("证据文件"), id="done-files", render_kw={"accept": ACCEPT})
    level = level_field("done-level")


class EvidenceForm(Form):
    """One more file that shows that an action was done."""

    files = FileField(_l("证据文件"), id="evidence-files", render_kw={"accept": ACCEPT})
    level = level_field("evidence-level")
