"""Sets of transition rates: the list, one of them with its history, own ones made and changed, the default."""

from flask import abort, g, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core.access import actor, on, signed_in
from kangjiansheng.core.forms import Form
from kangjiansheng.core.pages import page, saved
from kangjiansheng.overview import policies
from kangjiansheng.overview.forms.rates import RatesForm, UsualForm, copied, filled
from kangjiansheng.overview.models import OwnRates
from kangjiansheng.overview.operations import rates as operations
from kangjiansheng.overview.queries import rates as queries
from kangjiansheng.overview.rules import rates as rules
from kangjiansheng.overview.views import value_trail
from kangjiansheng.overview.views import value_words as said
from kangjiansheng.overview.views.blueprint import bp


@bp.get("/overview/rates")
@signed_in
def rates() -> Response:
    """All sets with their rates, samples, intervals and sources."""
    return _list()


def _list(form: Form | None = None) -> Response:
    usual = queries.usual(g.as_of)
    sets = [one for one in queries.sets(g.as_of).values() if not one.retired or g.as_of or _keeps()]
    row = queries.usual_row()
    if form is None and _keeps():
        form = UsualForm(formdata=None, code=usual, version=row.version if row else 0)
    if form is not None:
        form.code.choices = _choices()  # type: ignore[attr-defined]
    return page(
        "overview/rates.html",
        form.status if form is not None else 200,
        sets=sets,
        usual=usual,
        form=form,
        heads=[
            _("成功率"),
            *((said.transition(key), "n") for key in rules.CLINICAL.values()),
            (_("I 期到批准"), "n"),
            (_("公布的合计"), "n"),
        ],
        rules=rules,
        overall=rules.overall(),
        said=said,
        history=value_trail.told("usual_rates", row.id, value_trail.RATES) if row else [],
    )


def _keeps() -> bool:
    return g.as_of is None and policies.keeps_rates(actor())


def _choices() -> list[tuple[str, str]]:
    return [(one.code, said.set_name(one)) for one in queries.sets().values() if not one.retired]


@bp.post("/overview/rates/usual")
@on(may=policies.keeps_rates)
def use_rates() -> Response:
    """Say which set is used when nobody chooses."""
    form = UsualForm()
    form.code.choices = _choices()
    done = form.attempt(
        lambda: operations.use(
            form.code.data, actor=actor(), version=form.version.data, reason=form.reason.data or ""
        )
    )
    return saved(url_for(".rates"), _("默认的成功率已更换")) if done else _list(form)


@bp.get("/overview/rates/<code>")
@on(load=queries.known, may=policies.sees_rates)
def rates_of(thing: rules.RateSet) -> Response:
    """One set: each rate with its sample, interval and source; for an own one what was changed, why and by whom."""
    then = queries.sets(g.as_of).get(thing.code)
    if then is None:
        abort(404)
    row = queries.own(actor=actor(), code=thing.code) if then.own else None
    return page(
        "overview/rates_of.html",
        thing=then,
        origin=rules.published()[then.origin] if then.origin else None,
        usual=queries.usual(g.as_of),
        rules=rules,
        said=said,
        history=value_trail.told("rate_set", row.id, value_trail.RATES) if row else [],
        may_keep=_keeps(),
    )


@bp.route("/overview/rates/new", methods=["GET", "POST"])
@on(may=policies.keeps_rates)
def new_rates() -> Response:
    """Make a set of one's own from another."""
    origin = queries.sets().get(request.args.get("from") or rules.USUAL) or abort(404)
    form = RatesForm() if request.method == "POST" else RatesForm(formdata=None, data=copied(origin))
    made = form.attempt(
        lambda: operations.create(
            origin.code, actor=actor(), rates=form.rates(), reason=form.reason.data or "", **form.words()
        )
    )
    if made:
        return saved(url_for(".rates_of", code=made.code), _("成功率已保存"))
    return _form(form, origin)


@bp.route("/overview/rates/<code>/edit", methods=["GET", "POST"])
@on(load=queries.own, may=policies.changes_rates)
def edit_rates(thing: OwnRates) -> Response:
    """Change an own set, with a reason."""
    known = queries.sets()[thing.code]
    state = {key: value for key, value in thing.state().items() if key != "reason"}
    form = (
        RatesForm()
        if request.method == "POST"
        else RatesForm(formdata=None, data=filled(thing.rates) | state | {"version": thing.version})
    )
    done = form.attempt(
        lambda: operations.edit(
            thing,
            actor=actor(),
            version=form.version.data,
            rates=form.rates(),
            reason=form.reason.data or "",
            retired=form.retired.data,
            **form.words(),
        )
    )
    if done:
        return saved(url_for(".rates_of", code=known.code), _("成功率已保存"))
    return _form(form, known)


def _form(form: RatesForm, known: rules.RateSet) -> Response:
    new = request.endpoint == "overview.new_rates"
    return page(
        "overview/rates_form.html",
        form.status,
        form=form,
        new=new,
        known=known,
        origin=known if new else rules.published()[known.origin or rules.USUAL],
        rules=rules,
        said=said,
    )
