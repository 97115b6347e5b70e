"""One's own mails of what has changed: which, how often, with which file; and no more of them."""

from flask import url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core.access import actor, on, signed_in
from kangjiansheng.core.pages import of_today, page, saved
from kangjiansheng.overview import policies
from kangjiansheng.overview.forms.deliveries import ATTACHMENT_WORDS, DeliveryForm, failed, rhythm_of
from kangjiansheng.overview.models import PackDelivery
from kangjiansheng.overview.operations import deliveries as operations
from kangjiansheng.overview.queries import deliveries as queries
from kangjiansheng.overview.views.blueprint import bp


@bp.route("/overview/pack/deliveries", methods=["GET", "POST"])
@signed_in
@of_today
def pack_deliveries() -> Response:
    """What one gets by mail, and subscribing to more."""
    me = actor()
    form = DeliveryForm(committees=queries.committees(actor=me))
    if form.attempt(lambda: operations.subscribe(actor=me, **form.wanted)):
        return saved(url_for(".pack_deliveries"), _("已订阅"))
    rows = [
        (one, rhythm_of(one.rhythm, one.committee), str(ATTACHMENT_WORDS[one.attachment]), failed(one))
        for one in queries.of(actor=me)
    ]
    address = queries.address_of(actor=me)
    return page("overview/pack_deliveries.html", form.status, form=form, rows=rows, address=address)


@bp.post("/overview/pack/deliveries/<int:number>/end")
@on(load=queries.own, may=policies.own_delivery)
def end_delivery(delivery: PackDelivery) -> Response:
    """No such mails any more."""
    operations.unsubscribe(delivery, actor=actor())
    return saved(url_for(".pack_deliveries"), _("已退订"))
