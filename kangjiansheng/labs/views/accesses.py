"""Who opened an agreement."""

from flask import url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core import access_pages
from kangjiansheng.core.access import on
from kangjiansheng.core.access_pages import About
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import of_today
from kangjiansheng.labs import policies, queries
from kangjiansheng.labs.models import Agreement
from kangjiansheng.labs.views.blueprint import bp


def _about(found: Agreement) -> About:
    crumbs = [
        (_("协议"), url_for(".agreements")),
        (f"{found.code} {name_of(found)}", url_for(".agreement", code=found.code)),
    ]
    here = url_for(".accesses_of_agreement", code=found.code)
    return About(found, found.code, here, crumbs, found.confidentiality != "open", "labs")


@bp.get("/agreements/<code>/accesses")
@on(load=queries.agreement, may=policies.list_accesses)
@of_today
def accesses_of_agreement(found: Agreement) -> Response:
    """Who opened the agreement or took it along."""
    return access_pages.accesses(_about(found))


@bp.get("/agreements/<code>/accesses.csv")
@on(load=queries.agreement, may=policies.list_accesses)
@of_today
def accesses_of_agreement_file(found: Agreement) -> Response:
    """The same as a file."""
    return access_pages.accesses_file(_about(found))
