"""The versions of an agreement, read and compared: /agreements/AGR-001/versions?before=1&after=3."""

from collections.abc import Sequence

from flask import abort, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts.queries import names
from kangjiansheng.core.access import on
from kangjiansheng.core.pages import page
from kangjiansheng.labs import policies, queries
from kangjiansheng.labs.models import Agreement
from kangjiansheng.labs.queries.versions import AgreementVersion, versions
from kangjiansheng.labs.views import history
from kangjiansheng.labs.views.blueprint import bp, travelled


@bp.get("/agreements/<code>/versions")
@on(load=queries.agreement, may=policies.read_versions)
def agreement_versions(found: Agreement) -> Response:
    """Two versions beside each other, all that they say; what differs is marked."""
    known = versions(found, as_of=travelled())
    if not known:
        abort(404, _("这一天 %(code)s 还没有登记。") % {"code": found.code})
    after = _chosen(known, "after", known[0])
    before = _chosen(known, "before", next((one for one in known if one.number < after.number), after))
    return page(
        "labs/versions.html",
        illustrative=found.illustrative,
        agreement=found,
        versions=known,
        people=names({one.actor_id for one in known}),
        before=before,
        after=after,
        rows=history.compared(before.state, after.state),
    )


def _chosen(known: Sequence[AgreementVersion], name: str, usual: AgreementVersion) -> AgreementVersion:
    wanted = request.args.get(name, "")
    return next((one for one in known if str(one.number) == wanted), usual)
