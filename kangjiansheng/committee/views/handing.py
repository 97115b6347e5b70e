"""A secretary who leaves hands her office to her successor, and with it what she keeps on the committee."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from kangjiansheng.committee import policies
from kangjiansheng.committee.forms.handing import OfficeForm
from kangjiansheng.committee.models import Committee
from kangjiansheng.committee.operations.handing import hand_over_office
from kangjiansheng.committee.panels import handing_over
from kangjiansheng.committee.queries import loaders
from kangjiansheng.committee.queries.handing import office_and_more, successors
from kangjiansheng.committee.views.base import bp, page
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.i18n import explain, name_of
from kangjiansheng.core.pages import saved


@bp.route("/committees/<code>/handover", methods=["GET", "POST"])
@on(load=loaders.committee, may=policies.hand_over_office)
def hand_over(committee: Committee) -> Response:
    """What goes along, what stays and why; one choice: the successor."""
    code, form = committee.code, OfficeForm()
    outcomes = form.attempt(lambda: hand_over_office(committee, form.successor_id.data or 0, actor=actor()))
    if outcomes:
        kept = [f"{one.place} {explain(problem)}" for one, problem in outcomes if problem]
        told = ngettext(
            "秘书职务已交接，共 %(num)d 项", "秘书职务已交接，共 %(num)d 项", len(outcomes) - len(kept)
        )
        return saved(url_for(".committee", code=code), _("；").join([told, *kept]))
    found = afresh(committee)
    held = office_and_more(found, actor().id, actor())
    people = successors(found)
    form.successor_id.choices = [
        (0, _("请选择")),
        *((one.id, f"{one.code} {name_of(one)}") for one in people),
    ]
    advice = handing_over.advice
    return page(
        "handover.html",
        form.status,
        form=form,
        committee=found,
        things=[one for one in held if one.kind not in advice],
        by_hand=[(one, advice[one.kind], "") for one in held if one.kind in advice],
        words=handing_over.words,
        nobody=not people,
        illustrative=any(one.illustrative for one in held),
    )
