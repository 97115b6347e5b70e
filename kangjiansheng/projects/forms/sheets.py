"""Sending a sheet back, and the words for what was found in it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf.file import FileField
from wtforms import Field, SelectField, StringField, ValidationError

from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.forms import Form, PastedField, at_most
from kangjiansheng.core.i18n import explain
from kangjiansheng.core.workbooks import Unreadable, as_csv, read
from kangjiansheng.projects.forms.fields import choices
from kangjiansheng.projects.rules.sheets import Found, rows_of
from kangjiansheng.projects.rules.vocabulary import reasons

SHEET_REFUSALS = {
    "projects:sheet-empty": _l("文件是空的，请重新选择。"),
    "projects:sheet-large": _l("文件超过 %(most)s MB，请分成几份再上传。"),
    "projects:sheet-not-now": _l("这份表格已经处理过，请刷新页面查看。"),
    "projects:sheet-nothing-accepted": _l("没有勾选任何一行。"),
    "projects:sheet-reason": _l("有 %(count)s 行改了预测却没写原因，请选一个主要原因。"),
    "projects:sheet-reads-only": _l("您可以查看这个里程碑，但不能更新它。"),
    "projects:sheet-proposes-only": _l("您只能提议新的预测日期，这一列请由负责人修改。"),
    "projects:sheet-leads-only": _l("这一列由项目负责人或实验室主任修改。"),
    "projects:sheet-actual-missing": _l("已完成的里程碑需要实际日期。"),
    "projects:sheet-contradicts": _l("有实际日期，进展却不是“已完成”。"),
    "projects:sheet-gone": _l("这个里程碑已不对您开放。"),
    "projects:sheet-plan-closed": _l("您已不能向这个计划加入里程碑。"),
}
FOUND: dict[str, Any] = {
    # The whole file
    "file-empty": _l("文件是空的。"),
    "file-too-large": _l("文件展开后太大，没有读取。请只保留里程碑，分成几份再上传。"),
    "file-damaged": _l("文件已损坏，无法打开。请用表格软件重新保存为 XLSX。"),
    "file-locked": _l("文件有密码。请去掉密码后再上传。"),
    "file-old-or-locked": _l("这是旧的 XLS 格式，或者有密码。请另存为没有密码的 XLSX。"),
    "file-other-kind": _l("这是 %(kind)s 文件，不是表格。请上传 XLSX 或 CSV。"),
    "file-encoding": _l("无法识别文字编码。请另存为 XLSX，或 UTF-8、GBK、Big5 编码的 CSV。"),
    "file-not-a-sheet": _l("文件里不是表格。请上传 XLSX 或 CSV。"),
    "file-not-csv": _l("第 %(line)s 行起无法按 CSV 读取。"),
    # Sheets
    "nothing-found": _l("没有找到里程碑。表头要有“项目编号”和“里程碑编号”：请改“导入表格”第一步下载的表格。"),
    "rows-too-many": _l("超过 %(most)s 行，请分成几份再上传。"),
    "column-missing": _l(
        "表头缺少“%(label)s”这一列：项目页导出的表格不能导入，请改“导入表格”第一步下载的表格。"
    ),
    "column-twice": _l("“%(label)s”这一列出现了两次，不知道该用哪一列。"),
    "sheet-aside": _l("这张表没有里程碑的表头，没有读取。"),
    "sheet-hidden": _l("这张表是隐藏的，也读取了。"),
    "columns-hidden": _l("隐藏的列也读取了：%(columns)s。"),
    "columns-extra": _l("不认识的列没有导入：%(columns)s。"),
    "rows-hidden": _l("隐藏的 %(count)s 行也读取了：第 %(rows)s 行。"),
    "row-aside": _l("这一行像是标题，没有读取。"),
    "no-marks": _l("表格里没有“系统标记”列，看不出导出之后别人改过什么；与系统不同的内容都算您的修改。"),
    # Rows
    "code-missing": _l("缺少编号。"),
    "unknown-milestone": _l("没有 %(project)s %(code)s 这个里程碑。"),
    "row-twice": _l("这个里程碑在 %(sheet)s %(first)s 已经出现过。"),
    "mark-of-another": _l("这一行的系统标记属于 %(project)s %(code)s：可能只排序了部分列，请重新导出。"),
    "mark-unreadable": _l("系统标记被改过，看不出别人之后改过什么。"),
    "date-unreadable": _l("日期无法识别，请写成 2026-11-20 这样。"),
    "date-ambiguous": _l("可能是 %(first)s，也可能是 %(second)s，请写成 2026-11-20 这样。"),
    "date-decimal": _l("可能是 %(first)s，也可能是 %(second)s，请写成 2026-11-20 这样。"),
    "date-short-year": _l("年份只有两位，请写成 2026-11-20 这样。"),
    "date-none-such": _l("没有这一天，请检查日期。"),
    "date-outside": _l("年份应在 %(first)s 到 %(last)s 之间。"),
    "cell-error": _l("公式出错（%(value)s）。"),
    "cell-pending": _l("公式还没有计算结果。请在表格软件里打开并保存一次。"),
    "state-unknown": _l("进展只能是进行中、已完成或已取消。"),
    "reason-unknown": _l("没有这个原因，可填：%(known)s。"),
    "owner-unknown": _l("负责人不是项目成员或其联合实验室的成员。"),
    "owner-ambiguous": _l("有多位成员叫这个名字，请写人员编号。"),
    "name-too-long": _l("名称最多 %(most)s 个字符。"),
    "note-too-long": _l("备注最多 %(most)s 个字符。"),
    "emptied": _l("清空的单元格不会删除系统里的内容。"),
    "name-differs": _l("名称与系统里的不同，请确认没有错行。"),
    "baseline-kept": _l("基线从不更改，保留系统里的。"),
    "lab-not-accepted": _l("这是 GMP 制备里程碑，牵头实验室 %(lab)s 尚未验收；仍按文件导入，请核对。"),
    "earlier-without-reason": _l("日期提前，不记推迟的原因：这一格没有采用。"),
    "goes-with-a-date": _l(
        "原因和备注要随日期的变化一起导入，单独修改没有采用；只有日期未过的后移，可以单独更正原因。"
    ),
}
COLUMNS: dict[str, Any] = {
    "project": _l("项目编号"),
    "milestone": _l("里程碑编号"),
    "name": _l("里程碑"),
    "baseline": _l("基线"),
    "plan": _l("现行计划"),
    "forecast": _l("预测"),
    "actual": _l("实际"),
    "state": _l("进展"),
    "owner": _l("负责"),
    "reason": _l("主要原因"),
    "note": _l("备注"),
    "mark": _l("系统标记"),
}
STATES: dict[str, Any] = {"open": _l("进行中"), "done": _l("已完成"), "cancelled": _l("已取消")}


LARGEST_PASTED = 4 * 1024 * 1024  # bytes; a file may hold more
HEAD = 200_000  # characters of pasted rows that are looked at while the form is open


class SheetForm(Form):
    """The edited sheet, or rows copied out of it."""

    file = FileField(_l("要导入的表格"))
    pasted = PastedField(_l("或粘贴从表格复制的行"))

    @property
    def is_pasted(self) -> bool:
        """True when there is anything in the box."""
        return bool((self.pasted.data or "").strip())

    def validate_file(self, field: Field) -> None:
        """One of the two is needed."""
        if not field.data and not self.is_pasted:
            raise ValidationError(_("请选择文件，或在下面粘贴要导入的行。"))

    def validate_pasted(self, field: Field) -> None:
        """One of the two is enough; and what is wrong with the heading is said while the rows still stand in the box."""
        if not self.is_pasted:
            return
        if self.file.data:
            raise ValidationError(
                _("文件和粘贴的行只能用一种。要用文件，请清空这里，再选一次文件；要用粘贴的行，直接再提交。")
            )
        if len(field.data.encode()) > LARGEST_PASTED:
            raise ValidationError(_("粘贴的行超过 %(most)s MB，请改用文件。", most=LARGEST_PASTED // 2**20))
        if found := _faults(field.data[:HEAD]):
            raise ValidationError(" ".join(found))


class ConsentForm(Form):
    """The reason for all rows that move a date and give none; why plans are changed, and by whose authority."""

    reason = SelectField(_l("没写原因的行，统一用这个原因"), validate_choice=False)
    why = StringField(_l("为什么调整计划"), [at_most(300)])
    authority = StringField(_l("批准依据"), [at_most(200)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = choices(reasons(), empty="—")


def _faults(rows: str) -> list[str]:
    try:
        found = rows_of(read(as_csv(rows))).faults
    except Unreadable as problem:
        found = [Found(f"file-{problem.code}", facts=problem.facts)]
    return [sentence({"code": one.code, "column": one.column, "facts": one.facts}) for one in found]


def source(batch: Any) -> str:
    """Where the rows of a batch came from: the name of the file, or that they were pasted and, once they have been read,
    how many they are."""
    if not batch.pasted:
        return str(batch.name)
    rows = batch.counts.get("rows", 0)
    return str(ngettext("粘贴的 %(num)d 行", "粘贴的 %(num)d 行", rows) if rows else _("粘贴的行"))


def column_word(key: str) -> str:
    """What a column is called."""
    return str(COLUMNS.get(key, key))


def sentence(found: Mapping[str, Any]) -> str:
    """A fault or a remark in words, in the language that is current."""
    facts = {**found["facts"], "label": column_word(found["column"])}
    if found["code"] == "reason-unknown":
        facts["known"] = _("、").join(word for _code, word in choices(reasons()))
    if found["code"] in FOUND:
        return str(FOUND[found["code"]]) % facts
    return explain(RuleBroken(found["code"], **found["facts"]))
