"""Sentences for the problems of an import, and the lines in which a person reads them."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kangjiansheng.projects.rules.portfolio import Problem

PROBLEMS: dict[str, Any] = {
    "file-missing": _l("缺少这个文件"),
    "file-empty": _l("文件是空的"),
    "not-utf8": _l("不是 UTF-8 编码（第 %(byte)s 个字节起），请另存为 UTF-8"),
    "not-csv": _l("第 %(line)s 行起无法按 CSV 读取"),
    "column-missing": _l("缺少“%(column)s”这一列"),
    "column-twice": _l("“%(column)s”这一列出现了两次"),
    "cells-too-many": _l("这一行的单元格比表头多，多出的没有读取"),
    "code-missing": _l("没有编号"),
    "code-invalid": _l("编号须由 2 到 40 个大写字母、数字和连字符组成"),
    "code-twice": _l("编号与第 %(first_row)s 行重复"),
    "date-unreadable": _l("日期无法识别，请写成 2026-11-20 这样"),
    "date-missing": _l("没有日期，这一行没有读取"),
    "unknown-modality": _l("技术类型不在词表中"),
    "unknown-template": _l("路径模板不在词表中"),
    "unknown-stage": _l("阶段不在词表中"),
    "unknown-status": _l("状态不在词表中"),
    "unknown-group": _l("适应症分组不在词表中，按原文保存"),
    "unknown-donor": _l("供体来源不在词表中，按原文保存"),
    "project-nowhere": _l("项目既不在文件里，也不在系统里"),
    "milestone-nowhere": _l("里程碑不在文件里，这一行没有读取"),
    "milestone-outside-template": _l("不是路径模板 %(template)s 里的里程碑"),
    "report-ignored": _l("里程碑已在系统里，单独的历史预测没有读取"),
    "report-twice": _l("同一天已在第 %(first_row)s 行报过，以后一行为准"),
    "name-missing": _l("没有中文名称，用其他名称代替"),
    "as-of-missing": _l("没有截至日期，按 %(used)s 处理"),
    "baseline-missing": _l("没有基线日期"),
    "plan-changed-without-date": _l("现行计划与基线不同，却没有调整日期"),
    "rebaselined-after-as-of": _l("计划调整日期晚于截至日期 %(as_of)s，按截至日期处理"),
    "done-without-date": _l("状态为已完成，却没有实际日期，按未完成处理"),
    "done-without-evidence": _l("已完成，却没有证据"),
    "status-differs": _l("有实际日期，状态应为 %(expected)s"),
    "actual-before-start": _l("实际日期早于项目的基线起点 %(start)s"),
    "actual-after-as-of": _l("实际日期晚于截至日期 %(as_of)s"),
    "done-before-predecessor": _l("早于前序里程碑 %(predecessor)s 完成"),
    "derived-differs": _l("与里程碑推算的结果不一致，以里程碑为准"),
    "json-unreadable": _l("内容无法读取，以里程碑文件为准"),
    "newer-here": _l("系统里有更新的记录，保留系统里的"),
    "lab-not-accepted": _l("这是 GMP 制备里程碑，牵头实验室 %(lab)s 尚未验收；仍按文件导入，请核对。"),
    "baseline-kept": _l("基线与系统里的不同；基线从不更改，保留系统里的"),
}


def sentence(problem: Problem) -> str:
    """The reason in words, in the language that is current. An unknown code is a fault of ours."""
    return str(PROBLEMS[problem.code]) % {"column": problem.column, "value": problem.value, **problem.facts}


def line(problem: Problem) -> str:
    """File, row, column and value with the reason: one line for a terminal or a list."""
    where = [problem.file]
    if problem.row is not None:
        where.append(_("第 %(row)d 行", row=problem.row))
    if problem.column:
        where.append(problem.column)
    text = f"{' · '.join(where)}: {sentence(problem)}"
    return f"{text} [{problem.value[:80]}]" if problem.value else text
