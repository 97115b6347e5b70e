"""One field that finds everything the reader may see."""

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core import text
from kangjiansheng.core.access import actor, signed_in
from kangjiansheng.core.pages import page
from kangjiansheng.overview import queries
from kangjiansheng.overview.rules import searching
from kangjiansheng.overview.views.blueprint import bp


@bp.get("/search")
@signed_in
def search() -> Response:
    """What holds every word typed, grouped by kind."""
    typed = text.line(request.args.get("q", ""))[: searching.MOST_LETTERS]
    wanted = searching.words(typed)
    found = queries.search(typed, actor=actor())
    return page(
        "overview/search.html",
        typed=typed,
        found=found,
        total=sum(len(group.hits) for group in found),
        titles=_titles(),
        marked=lambda words: searching.marked(words, wanted, text.fold),
        excerpt=lambda words: searching.excerpt(words, wanted, text.fold),
        illustrative=any(hit.illustrative for group in found for hit in group.hits),
    )


def _titles() -> dict[str, str]:
    return {
        "projects": _("项目"),
        "milestones": _("项目的里程碑"),
        "labs": _("联合实验室"),
        "institutions": _("伙伴机构"),
        "agreements": _("协议"),
        "meetings": _("会议"),
        "minutes": _("会议纪要"),
        "decisions": _("决议与建议"),
    }
