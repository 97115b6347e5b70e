"""Putting scans of the sealed paper to minutes, and withdrawing them."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import StringField

from kangjiansheng.core.forms import Form, at_most

REFUSALS: dict[str, Any] = {
    "committee:scan-early": _l("纪要生效之后才能附用印扫描件。"),
    "committee:scan-type": _l("扫描件须是 PDF、PNG 或 JPEG。"),
    "committee:scan-there": _l("这份扫描件已经附过了。"),
    "committee:scan-one": _l("请选择一份扫描件。"),
    "committee:scan-why": _l("请写明为什么撤下。"),
}


class ScanForm(Form):
    """A scan, and what there is to say of it."""

    files = FileField(
        _l("用印扫描件"), id="scan-files", render_kw={"accept": "application/pdf,image/png,image/jpeg"}
    )
    note = StringField(_l("附注"), [at_most(300)], id="scan-note")


class WithdrawScanForm(Form):
    """Why a scan is taken out of sight."""

    note = StringField(_l("撤下的原因"), [at_most(300)])
