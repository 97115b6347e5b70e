"""How long records are kept, what holds them, and what of them was disposed of. None of the three administrators sees
projects by that office: places stand as codes, files as digests."""

from collections.abc import Mapping
from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts.forms.factors import given
from kangjiansheng.accounts.operations import proving
from kangjiansheng.accounts.queries import has_illustrative, own_account
from kangjiansheng.accounts.queries.rights import holders
from kangjiansheng.accounts.views.proofs import noted, signing
from kangjiansheng.core import trail
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.audit import history
from kangjiansheng.core.db import db
from kangjiansheng.core.pages import page, saved, with_args
from kangjiansheng.core.paging import cut
from kangjiansheng.overview import policies
from kangjiansheng.overview.forms.retention import (
    ApproveForm,
    HoldForm,
    LiftForm,
    PeriodForm,
    ProposeForm,
    RefuseForm,
)
from kangjiansheng.overview.models import Disposal, LegalHold
from kangjiansheng.overview.operations import retention as operations
from kangjiansheng.overview.queries import disposals
from kangjiansheng.overview.queries import retention as queries
from kangjiansheng.overview.rules import retention as rules
from kangjiansheng.overview.views.blueprint import bp

LIFE_SHAPES: Mapping[str, str] = {
    rules.PROPOSED: "risk",
    rules.DONE: "done",
    rules.REFUSED: "pause",
    rules.WITHDRAWN: "idle",
}


@bp.get("/admin/retention")
@on(may=policies.sees_retention)
def retention() -> Response:
    """The kinds with their periods, the holds, the disposals."""
    return _page()


def _page(*, hold_form: HoldForm | None = None, lift_form: LiftForm | None = None, lifted: int = 0, status: int = 200) -> Response:  # fmt: skip
    periods = queries.periods()
    return page(
        "overview/retention.html",
        status,
        illustrative=has_illustrative(),
        kinds=rules.KINDS,
        periods=periods,
        tallies=queries.tallies({kind: period.years for kind, period in periods.items()}),
        holds=queries.holds(),
        scopes=rules.SCOPES,
        disposals=disposals.disposals(),
        lives=rules.LIVES,
        shapes=LIFE_SHAPES,
        hold_form=hold_form or HoldForm(formdata=None),
        lift_form=lift_form or LiftForm(formdata=None),
        lifted=lifted,
        may_place=policies.places_hold(actor()),
        may_lift=policies.guards_records(actor()),
    )


@bp.get("/admin/retention/kinds/<kind>")
@on(load=queries.kind, may=policies.sees_retention)
def retention_kind(kind: str) -> Response:
    """One kind: its period, and what is over it."""
    return _kind(kind)


@bp.post("/admin/retention/kinds/<kind>")
@on(load=queries.kind, may=policies.keeps_records)
def set_retention_period(kind: str) -> Response:
    """Say for how long a kind is kept."""
    form = PeriodForm()

    def act() -> None:
        operations.set_period(
            kind,
            actor=actor(),
            version=form.version.data,
            years=form.years.data or 0,
            source=form.source.data or "",
            reason=form.reason.data or "",
        )

    if form.attempt(act):
        return saved(url_for(".retention_kind", kind=kind), _("保存期限已保存"))
    return _kind(kind, period_form=form, status=form.status)


@bp.post("/admin/retention/kinds/<kind>/disposals")
@on(load=queries.kind, may=policies.keeps_records)
def propose_disposal(kind: str) -> Response:
    """Ask that what is over its period be disposed of."""
    form = ProposeForm()
    made = form.attempt(lambda: operations.propose(kind, form.reason.data or "", actor=actor()))
    if made:
        return saved(url_for(".disposal", number=made.id), _("已提出，请另一位安全管理员批准"))
    return _kind(kind, propose_form=form, status=form.status)


def _kind(
    kind: str,
    *,
    period_form: PeriodForm | None = None,
    propose_form: ProposeForm | None = None,
    status: int = 200,
) -> Response:
    period = queries.period(kind)
    source = period.source or str(rules.KINDS[kind].source)
    usual = PeriodForm(formdata=None, years=period.years, source=source, version=period.version)
    return page(
        "overview/retention_kind.html",
        status,
        illustrative=has_illustrative(),
        kind=kind,
        about=rules.KINDS[kind],
        period=period,
        source=source,
        tally=queries.tally(kind, period.years),
        places=queries.by_place(kind, period.years),
        most=rules.AT_ONCE,
        waiting=disposals.waiting(kind),
        period_form=period_form or usual,
        propose_form=propose_form or ProposeForm(formdata=None),
        may_keep=policies.keeps_records(actor()),
        entries=trail.described(history("retention_period", period.id, 20)) if period.version else [],
    )


@bp.post("/admin/retention/holds")
@on(may=policies.places_hold)
def place_hold() -> Response:
    """Keep what is of a place, whatever its period."""
    form = HoldForm()

    def act() -> LegalHold:
        place = (form.place.data or "").strip()
        return operations.place_hold(form.scope.data or "", place, form.reason.data or "", actor=actor())

    if form.attempt(act):
        return saved(url_for(".retention"), _("已设置保全"))
    return _page(hold_form=form, status=form.status)


@bp.post("/admin/retention/holds/<int:number>/lift")
@on(load=queries.hold, may=policies.guards_records)
def lift_hold(hold: LegalHold) -> Response:
    """Let the periods count again."""
    form, number = LiftForm(), hold.id
    if form.attempt(lambda: operations.lift_hold(hold, form.why.data or "", actor=actor())):
        return saved(url_for(".retention"), _("已解除保全"))
    return _page(lift_form=form, lifted=number, status=form.status)


@bp.get("/admin/retention/disposals/<int:number>")
@on(load=disposals.disposal, may=policies.sees_retention)
def disposal(disposal: Disposal) -> Response:
    """One disposal: what it lists, who proposed it, who decided."""
    return _disposal(disposal.id, _ask(disposal.id))


@bp.post("/admin/retention/disposals/<int:number>/approve")
@on(load=disposals.disposal, may=policies.guards_records)
def approve_disposal(disposal: Disposal) -> Response:
    """Dispose of what somebody else proposed; who it is has to be shown again."""
    who, number = actor().id, disposal.id
    if proving.is_throttled(who):
        abort(429, _("密码错误次数过多，请 15 分钟后再试。"))
    form, files_ = _ask(number), rules.KINDS[disposal.kind].files

    def act() -> bool:
        proof = given(form, _purpose(number))
        operations.approve(disposal, proof, actor=actor(), remark=form.remark.data or "")
        return True

    if signing(form, act, noted(who)):
        return saved(
            url_for(".disposal", number=number),
            _("已批准：文件不能再打开，内容在一个多小时内清除") if files_ else _("已批准，已删除"),
        )
    return _disposal(number, form, status=form.status)


@bp.post("/admin/retention/disposals/<int:number>/refuse")
@on(load=disposals.disposal, may=policies.refuses_disposal)
def refuse_disposal(disposal: Disposal) -> Response:
    """Let nothing go, or take one's own proposal back."""
    form, number = RefuseForm(), disposal.id
    if form.attempt(lambda: operations.refuse(disposal, form.remark.data or "", actor=actor())):
        return saved(url_for(".disposal", number=number), _("没有销毁任何记录"))
    return _disposal(number, _ask(number, empty=True), refuse_form=form, status=form.status)


def _purpose(number: int) -> str:
    return f"disposal {number}"


def _ask(number: int, *, empty: bool = False) -> ApproveForm:
    form = ApproveForm(formdata=None) if empty else ApproveForm()
    account = own_account(actor=actor())
    form.ask(proving.asked(account), account, _purpose(number))
    return form


def _disposal(
    number: int, form: ApproveForm, *, refuse_form: RefuseForm | None = None, status: int = 200
) -> Response:
    found = db.session.get_one(Disposal, number)
    waits, who = found.life == rules.PROPOSED, actor()
    own = found.proposed_by_id == who.id
    files: Any = cut(list(db.session.scalars(disposals.files_of(found))), request.args.get("page"))
    return page(
        "overview/disposal.html",
        status,
        illustrative=has_illustrative(),
        disposal=found,
        kind=rules.KINDS[found.kind].word,
        of_files=rules.KINDS[found.kind].files,
        source=queries.period(found.kind).source or rules.KINDS[found.kind].source,
        life=rules.LIVES[found.life],
        shape=LIFE_SHAPES[found.life],
        places=disposals.places_of(found),
        stay=found.count - queries.still_may_go(found) if waits else 0,
        back=disposals.brought_back(found) if found.life == rules.DONE else 0,
        rows=files,
        names=who.reads_all,
        form=form,
        refuse_form=refuse_form or RefuseForm(formdata=None, prefix=""),
        own=own,
        waits=waits,
        approvers=[one for one in holders()["security"] if one.id != found.proposed_by_id] if waits else [],
        may_approve=waits and not own and policies.guards_records(who),
        may_refuse=waits and policies.refuses_disposal(who, found),
        page_url=lambda number: with_args(page=number),
        entries=trail.described(history("disposal", found.id, 20)),
    )
