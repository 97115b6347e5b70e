"""Who opened an agreement or a laboratory, and the links by which readers outside open its sheet."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core import access_pages, clock
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.access_pages import About
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import of_today
from kangjiansheng.core.reader_links import Shown
from kangjiansheng.labs import policies, queries, rules
from kangjiansheng.labs.models import Agreement, JointLab
from kangjiansheng.labs.queries.obligations import obligations_on
from kangjiansheng.labs.queries.papers import papers
from kangjiansheng.labs.queries.single import agreement_of
from kangjiansheng.labs.rules import obligations as lives
from kangjiansheng.labs.rules import papers as paper_words
from kangjiansheng.labs.views.blueprint import bp

PATH = "/<any(agreements, labs):of>/<code>/accesses"
Thing = Agreement | JointLab


def _about(found: Thing) -> About:
    of, word = ("agreements", _("协议")) if isinstance(found, Agreement) else ("labs", _("联合实验室"))
    one = url_for(f".{of.removesuffix('s')}", code=found.code)
    crumbs = [(word, url_for(f".{of}")), (f"{found.code} {name_of(found)}", one)]
    here, closed = url_for(".accesses", of=of, code=found.code), found.confidentiality != "open"
    may = policies.make_reader_link(actor(), found)
    return About(found, found.code, here, crumbs, closed, "labs", links=True, may_link=may)


@bp.get(PATH)
@on(load=queries.shared, may=policies.list_accesses)
@of_today
def accesses(found: Thing) -> Response:
    """Who opened it or took it along, and the links."""
    return access_pages.accesses(_about(found))


@bp.get(f"{PATH}.csv")
@on(load=queries.shared, may=policies.list_accesses)
@costly
@of_today
def accesses_file(found: Thing) -> Response:
    """The same as a file."""
    return access_pages.accesses_file(_about(found))


@bp.post(f"{PATH}/links")
@on(load=queries.shared, may=policies.make_reader_link)
def make_reader_link(found: Thing) -> Response:
    """A link to the sheet for somebody outside."""
    return access_pages.make_link(_about(found))


@bp.post(f"{PATH}/links/<int:number>/revocation")
@on(load=queries.shared_with, may=policies.revoke_reader_link)
def revoke_reader_link(pair: tuple[Thing, int]) -> Response:
    """Take a link back."""
    return access_pages.revoke_link(_about(pair[0]), pair[1])


def traced(found: Thing) -> tuple[str, int] | None:
    """Openings are kept unless everybody may see it; of a laboratory those of its inside, for all see the rest."""
    if found.confidentiality == "open" or not queries.sees_inside(actor(), found):
        return None
    return found.__tablename__, found.id


def _given(of: str, code: str, maker: Actor) -> Any:
    """The thing of a link, while its maker may still give it away."""
    found = queries.shared(actor=maker, of=of, code=code)
    given = found is not None and not found.archived_at and policies.make_reader_link(maker, found)
    return found if given else None


def agreement_for_reader(code: str, maker: Actor) -> Shown | None:
    """The sheet of an agreement: its terms, and of obligations and files those that are not narrower than it is."""
    found = _given("agreements", code, maker)
    if found is None:
        return None
    owed = [row for row in obligations_on(found, actor=maker) if row.confidentiality != "team"]
    files = [file for file in queries.documents(found, actor=maker) if not file.level]
    context = {"agreement": found, "owed": owed, "files": files, "lives": lives, "day": clock.today()}
    return Shown("labs/reader_agreement.html", context | {"rules": rules, "illustrative": found.illustrative})


def lab_for_reader(code: str, maker: Actor) -> Shown | None:
    """The sheet of a laboratory: what it is for, who runs it, on which agreement, and the papers that it holds."""
    found = _given("labs", code, maker)
    if found is None:
        return None
    held = [row for row in papers(found) if row.life == paper_words.HELD]
    context = {"lab": found, "agreement": agreement_of(found, actor=maker), "papers": held}
    context |= {"people": queries.people_by_home(found, clock.today()), "paper_words": paper_words}
    return Shown("labs/reader_lab.html", context | {"rules": rules, "illustrative": found.illustrative})
