"""One field that finds everything the reader may see: the page of results, and what the header suggests."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core import search as core
from kangjiansheng.core import text
from kangjiansheng.core.access import actor, signed_in
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import page, travel
from kangjiansheng.core.search.declared import Found
from kangjiansheng.core.search.tokens import MOST_LETTERS, Word
from kangjiansheng.overview.queries.findable import choices
from kangjiansheng.overview.rules.searching import Piece, excerpt, pieces
from kangjiansheng.overview.views.blueprint import bp

OF_EACH = 5  # hits of a kind while all kinds are shown
SUGGESTED = 8
NARROWING = ("project", "lab", "committee", "year")
SELF_SAID = {"code", "name", "number", "text", "file", "description"}  # a line that needs no word before it


@dataclass(frozen=True)
class Line:
    """A hit as it is shown: everything in pieces, of which those that were looked for are marked."""

    href: str
    code: list[Piece]
    title: list[Piece]
    more: str
    label: str
    line: list[Piece]
    illustrative: bool


@dataclass(frozen=True)
class Group:
    """The hits of one kind: how many there are (at most `core.MOST` are counted), and those that are shown."""

    name: str
    title: str
    count: int
    more: bool
    lines: list[Line]


@bp.get("/search")
@signed_in
def search() -> Response:
    """What holds every word typed, by kind; `go` from the header leads straight to the thing of a code."""
    asked = asked_words()
    found = core.find(asked, actor=actor())
    straight = core.exact(found, asked.typed) if request.args.get("go") and not asked.narrow else None
    if straight is not None:
        return redirect(travel(straight.href), 303)
    kind = request.args.get("kind", "")
    kind = kind if kind in titles() else ""
    groups = _groups(found, asked.words, kind)
    return page(
        "overview/search.html",
        typed=asked.typed,
        kind=kind,
        groups=groups,
        shown=[group for group in groups if group.lines],
        total=sum(group.count for group in groups),
        more=any(group.more for group in groups),
        narrow=asked.narrow,
        options=_options(found) if found or asked.narrow else {},
        titles=titles(),
        illustrative=any(line.illustrative for group in groups for line in group.lines),
    )


@bp.get("/search/suggestions")
@signed_in
def suggestions() -> str:
    """The first hits for what has been typed so far, as a piece of a page."""
    asked = core.Asked(text.line(request.args.get("q", ""))[:MOST_LETTERS])
    found = core.find(asked, actor=actor(), most=3)
    first = {name: rows[:3] for name, rows in found.items()}
    lines = [
        (titles()[name], _line(hit, asked.words))
        for name, hits in core.with_lines(first, asked.words).items()
        for hit in hits
    ]
    lines.sort(
        key=lambda one: not any(piece.hit for piece in (*one[1].code, *one[1].title))
    )  # names come first
    return render_template(
        "overview/_suggestions.html", typed=asked.typed, lines=lines[:SUGGESTED], asked=bool(asked.words)
    )


def asked_words() -> core.Asked:
    """What the address asks for."""
    typed = text.line(request.args.get("q", ""))[:MOST_LETTERS]
    given = {name: text.line(request.args.get(name, ""))[:40] for name in NARROWING}
    return core.Asked(typed, {name: value for name, value in given.items() if value})


def _groups(found: Mapping[str, Sequence[Found]], words: Sequence[Word], kind: str) -> list[Group]:
    most = {name: core.MOST if name == kind else 0 if kind else OF_EACH for name in found}
    hits = core.with_lines({name: rows[: most[name]] for name, rows in found.items()}, words)
    return [
        Group(
            name,
            titles()[name],
            min(len(rows), core.MOST),
            len(rows) > core.MOST,
            [_line(hit, words) for hit in hits[name]],
        )
        for name, rows in found.items()
    ]


def _line(hit: core.Hit, words: Sequence[Word]) -> Line:
    loud = hit.kind.loud
    title, row = name_of(hit.names), hit.row
    spans = core.marks(title, words, loud=loud)
    code = core.marks(hit.code, words, loud=False)
    said = hit.part in ("code", "name", "number", "title") and bool(spans or code)
    line = "" if said or hit.line == title else " ".join(hit.line.split())
    return Line(
        href=travel(hit.href),
        code=pieces(hit.code, code),
        title=pieces(title, spans),
        more=row.sub if hit.kind.name == "people" else row.day.isoformat() if row.day else "",
        label=parts().get(hit.part, "") if line and hit.part not in SELF_SAID else "",
        line=excerpt(line, core.marks(line, words, loud=loud)) if line else [],
        illustrative=row.illustrative,
    )


def _options(found: Mapping[str, Sequence[Found]]) -> dict[str, list[tuple[str, str]]]:
    """What a search can be narrowed to: laboratories and committees, and the projects and years of what was found."""
    rows = [row for some in found.values() for row in some]
    projects = Counter(row.project for row in rows if row.project)
    years = Counter(row.day.year for row in rows if row.day)
    labs, committees = choices()
    return {
        "project": [(code, code) for code in sorted(projects)],
        "lab": [(lab.code, f"{lab.code} {name_of(lab)}") for lab in labs],
        "committee": [(one.code, name_of(one)) for one in committees],
        "year": [(str(year), str(year)) for year in sorted(years, reverse=True)],
    }


def titles() -> dict[str, str]:
    """What the kinds are called, in the order of the page."""
    return {
        "projects": _("项目"),
        "labs": _("联合实验室"),
        "institutions": _("伙伴机构"),
        "people": _("人员"),
        "agreements": _("协议"),
        "obligations": _("义务"),
        "lab_papers": _("实验室证照与资质"),
        "companies": _("园区企业"),
        "resources": _("共享资源"),
        "milestones": _("项目与实验室的里程碑"),
        "risks": _("风险与问题"),
        "hand_offs": _("各方交接"),
        "results": _("成果转化"),
        "asks": _("诉求"),
        "evidence": _("证据"),
        "meetings": _("会议"),
        "items": _("议题"),
        "papers": _("会议材料"),
        "minutes": _("会议纪要"),
        "amendments": _("更正"),
        "decisions": _("决议与建议"),
        "answers": _("公司的决定"),
        "actions": _("行动项"),
        "comments": _("批注"),
    }


def parts() -> dict[str, str]:
    """What the texts are called in which words were found, where that does not go without saying."""
    return {
        "alias": _("别名"),
        "registration": _("登记号"),
        "indication": _("适应症"),
        "group": _("适应症"),
        "target": _("靶点"),
        "owner": _("负责角色"),
        "note": _("说明"),
        "role": _("说明"),
        "mission": _("宗旨"),
        "site": _("地点"),
        "kind": _("类型"),
        "about": _("简介"),
        "request": _("服务请求"),
        "contact": _("服务触点"),
        "place": _("会议地点"),
        "contribution": _("分工"),
        "clause": _("条款"),
        "summary": _("摘要"),
        "detail": _("交付要求"),
        "stated": _("已载明"),
        "presenter": _("汇报人"),
        "measure": _("应对措施"),
        "closing": _("关闭原因"),
        "reason": _("更正原因"),
        "evidence": _("证据"),
        "title": _("职务"),
    }
