"""The upload of a portfolio in the browser: four files, looked at first, then sent again with consent."""

import base64
import binascii
import zlib
from typing import Any

import orjson
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField

from kangjiansheng.core.forms import Form

LARGEST = 12 * 1024 * 1024  # bytes of all files together, unpacked


class PortfolioForm(Form):
    """The files as they were saved from a spreadsheet or another installation."""

    portfolio = FileField(_l("项目"), [FileRequired(_l("请选择文件。"))])
    milestones = FileField(_l("里程碑"), [FileRequired(_l("请选择文件。"))])
    forecast_history = FileField(_l("历次预测"))
    joint_labs = FileField(_l("联合实验室"))

    def files(self) -> dict[str, bytes]:
        """The name under which each file is known to the import → its bytes."""
        sent: dict[str, Any] = {name: self._fields[name].data for name in self.names()}
        return {f"{name}.csv": upload.read() for name, upload in sent.items() if upload}

    @staticmethod
    def names() -> tuple[str, ...]:
        """The four tables."""
        return ("portfolio", "milestones", "forecast_history", "joint_labs")


class ConsentForm(Form):
    """The same files again, as the dry run read them, and what it said: nothing is kept in between."""

    files_packed = HiddenField()
    seen = HiddenField()

    def files(self) -> dict[str, bytes] | None:
        """The files, or None when what was sent is not what was offered."""
        try:
            packed = base64.b64decode((self.files_packed.data or "").encode("ascii"), validate=True)
            unpacker = zlib.decompressobj()
            data = unpacker.decompress(packed, LARGEST)
            if unpacker.unconsumed_tail or not unpacker.eof:
                return None
            found = orjson.loads(data)
            if not isinstance(found, dict) or not set(found) <= self.known():
                return None
            return {name: base64.b64decode(text, validate=True) for name, text in found.items()}
        except (UnicodeEncodeError, binascii.Error, zlib.error, ValueError, TypeError):
            return None

    @staticmethod
    def known() -> set[str]:
        """The names that the files can have."""
        return {f"{name}.csv" for name in PortfolioForm.names()}


def pack(files: dict[str, bytes]) -> str:
    """The files as a hidden field carries them."""
    plain = {name: base64.b64encode(data).decode("ascii") for name, data in files.items()}
    return base64.b64encode(zlib.compress(orjson.dumps(plain), 9)).decode("ascii")
