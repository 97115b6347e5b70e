"""The list of people that an administrator brings, and the sentences for what is wrong in it."""

import base64
import binascii

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField

from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.forms import Form
from kangjiansheng.core.i18n import explain
from kangjiansheng.labs.operations.provisioning import LARGEST
from kangjiansheng.labs.rules.provisioning import COLUMNS, Problem

REFUSALS = {
    "labs:provision-empty": _l("文件是空的。"),
    "labs:provision-file": _l("文件无法读取，或大于 256 KB。请另存为 CSV。"),
    "labs:provision-heading": _l("缺少列 email。"),
    "labs:provision-column": _l("没有这一列，或写了两次。"),
    "labs:provision-address": _l("每一行都要有工作邮箱。"),
    "labs:provision-twice": _l("与第 %(line)d 行是同一个邮箱。"),
    "labs:provision-flag": _l("请写“是”或“否”。"),
    "labs:provision-role": _l("没有“%(role)s”这个角色；可写 %(known)s，不给角色写 -。"),
    "labs:provision-institution": _l("没有编号或名称为“%(word)s”的机构；编号和名称见“伙伴机构”。"),
    "labs:provision-long": _l("最多 %(most)d 个字符。"),
    "labs:provision-name": _l("请填称呼（简体）。"),
}


class PeopleForm(Form):
    """The file, and whether new people are invited by mail."""

    people = FileField(_l("人员名单"), [FileRequired(_l("请填写此项。"))])
    invite = BooleanField(_l("给新开通账号的人发送邀请邮件"))

    def data_of(self) -> bytes:
        """The bytes of the file."""
        data = bytes(self.people.data.read(LARGEST + 1))
        self.people.data.close()
        return data


class PeopleConsentForm(Form):
    """Consent to what was shown: the same file, packed, and a mark of what it does."""

    packed = HiddenField()
    invite = BooleanField()
    seen = HiddenField()

    def data_of(self) -> bytes:
        """The bytes of the file; empty when they did not come whole."""
        try:
            return base64.b64decode(self.packed.data or "", validate=True)
        except binascii.Error:
            return b""


def pack(data: bytes) -> str:
    """The file as a hidden field carries it."""
    return base64.b64encode(data).decode()


def sentence(problem: Problem) -> str:
    """What is wrong, in the reader's language."""
    return explain(RuleBroken(problem.code, **dict(problem.facts)))


def column_word(column: str) -> str:
    """A column as the file calls it, and in words."""
    return f"{column} {COLUMNS[column]}" if column in COLUMNS else column
