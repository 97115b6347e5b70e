"""Pages of the companies of the park: /residents."""

from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts import queries as people
from kangjiansheng.core import audit, history, i18n, paging, trail
from kangjiansheng.core.access import actor, on, signed_in
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.pages import page, saved, with_args
from kangjiansheng.core.sheets import download
from kangjiansheng.labs import panels
from kangjiansheng.labs.forms import residents as forms
from kangjiansheng.labs.forms.people import VersionForm
from kangjiansheng.labs.models import Company
from kangjiansheng.labs.operations import residents as operations
from kangjiansheng.labs.policies import residents as policies
from kangjiansheng.labs.queries import companion, space
from kangjiansheng.labs.queries import residents as queries
from kangjiansheng.labs.queries.companion import Care
from kangjiansheng.labs.queries.residents import CompanyFilter
from kangjiansheng.labs.rules import companion as service_rules
from kangjiansheng.labs.rules import reference
from kangjiansheng.labs.rules import residents as rules
from kangjiansheng.labs.sheets import residents as sheets
from kangjiansheng.labs.views.blueprint import asked, bp, page_address, travelled


@bp.context_processor
def _words() -> dict[str, Any]:
    return {
        "park": rules,
        "service": service_rules,
        "floor_name": forms.floor_name,
        "provider": forms.provider_name,
    }


@bp.get("/residents")
@signed_in
def residents() -> Response:
    """The companies that the reader may know of, how many stand at each stage, and what the announcement says."""
    wanted, reads = asked(CompanyFilter), policies.read_park(actor())
    every, shown, inside, care = _listed(wanted)
    return page(
        "labs/residents/list.html",
        illustrative=any(row.illustrative for row in every),
        wanted=wanted,
        narrowed=any(vars(wanted).values()),
        rows=paging.cut(shown, request.args.get("page")),
        inside=inside,
        care=care,
        funnel=rules.funnel((row.kind, row.stage) for row in every),
        announced=reference("agreements")[0]["source"],
        reads=reads,
        page_address=page_address,
        sections=sections("residents", reads),
        may_create=policies.keep(actor()) and not travelled(),
    )


def sections(current: str, reads: bool) -> list[tuple[str, str, bool, None]]:
    """The pages about the park: only those who see all of every company have more than the list."""
    names = [("residents", _("企业"))]
    names += [("space", _("空间")), ("coverage", _("服务覆盖"))] if reads else []
    names += [("park_rule", _("陪伴规则"))] if policies.set_rule(actor()) else []
    return [(label, url_for(f"labs.{key}", as_of=travelled()), key == current, None) for key, label in names]


def _listed(wanted: CompanyFilter) -> tuple[list[Company], list[Company], set[int], Care]:
    """All companies that count, those that are wanted, which of them are open to the reader, and their care."""
    day = travelled()
    every = queries.companies(actor=actor(), as_of=day)
    shown = queries.companies(wanted, actor=actor(), as_of=day) if wanted.archived else every
    inside = queries.inside_ids(actor())
    care = companion.care([row.id for row in {*every, *shown} if row.id in inside], as_of=day)
    shown = [row for row in shown if wanted.fits(row) and _fits_inside(wanted, row, inside, care)]
    # Who was left alone comes first, the longest silence before all; the others keep the order of their codes.
    shown.sort(key=lambda row: -care.quiet(row) if row.id in inside and care.alone(row) else 0)
    return every, shown, inside, care


def _fits_inside(wanted: CompanyFilter, row: Company, inside: set[int], care: Care) -> bool:
    """What only those who see all of a company can ask for."""
    if not wanted.lacks and not wanted.quiet:
        return True
    lacks = not wanted.lacks or care.lacks(row, wanted.lacks)
    return row.id in inside and lacks and (not wanted.quiet or care.alone(row))


@bp.get("/residents.<any(csv, xlsx):kind>")
@signed_in
@costly
def residents_file(kind: str) -> Response:
    """The same list as a file."""
    _every, shown, inside, care = _listed(asked(CompanyFilter))
    return download(kind, "residents", sheets.companies(kind, shown, inside, care, as_of=travelled()))


@bp.route("/residents/new", methods=["GET", "POST"])
@on(may=policies.keep)
def new_company() -> Response:
    """Register a company."""
    form = forms.CompanyForm()
    made = form.attempt(lambda: operations.create_company(actor=actor(), **form.facts()))
    if made:
        return saved(url_for(".company", code=made.code), _("企业已登记"))
    return form_page(form, _("登记企业"), back=url_for(".residents"))


@bp.get("/residents/<code>")
@on(load=queries.company, may=policies.see)
def company(found: Company) -> Response:
    """One company: its open part for everybody; for its own people and the park all that happened with it."""
    day, shown = travelled(), as_shown(found)
    higher = panels.of(panels.company, found, actor(), day)
    if not queries.sees_company(actor(), found):
        return page("labs/residents/open.html", illustrative=found.illustrative, company=shown, higher=higher)
    care = companion.care([found.id], as_of=day)
    leases = space.leases_of(found, as_of=day)
    kept = policies.keep(actor()) and not day
    return page(
        "labs/residents/company.html",
        illustrative=found.illustrative,
        company=shown,
        higher=higher,
        care=care,
        events=companion.timeline(found, care, leases, as_of=day),
        leases=leases,
        people=queries.people_of(shown),
        may_keep=kept,
        may_log=policies.accompany(actor(), found) and not day,
        may_ask=policies.ask(actor(), found) and not day,
        form=VersionForm(obj=found),
        history=panel(found),
    )


def as_shown(found: Company) -> Company:
    """The company as it stood on the day of the time travel. 404 when it was not there."""
    rows: list[Company] = queries.stood([found], travelled())
    return rows[0] if rows else abort(404, _("这一天 %(code)s 还没有登记。") % {"code": found.code})


def panel(thing: Any) -> dict[str, Any]:
    """The history of one thing of the park, as the macro wants it."""
    found = audit.history(thing.__tablename__, thing.id, 500, until=travelled())
    rows = found if request.args.get("history") == "all" else found[:5]
    words = _Words(rows, thing.__tablename__)
    entries = history.entries(rows, labels=forms.FIELDS, show=words.show, people=words.people)
    return {
        "entries": entries,
        "more": with_args(history="all") + "#history" if len(found) > len(rows) else None,
    }


class _Words:
    """Values of a state in words; the people whom states name by id are read once."""

    def __init__(self, rows: list[audit.AuditEntry], thing: str) -> None:
        self.thing = thing
        states = [state for row in rows for state in (row.before, row.after) if state]
        ids = {state[key] for state in states for key in state if key in _PEOPLE and state[key]}
        self.people = people.names(ids | {row.actor_id for row in rows})
        numbers = {state[key] for state in states for key in state if key in _INSTITUTIONS and state[key]}
        self.institutions = queries.institution_names(numbers)

    def show(self, key: str, value: Any) -> str:
        """One value in words."""
        if key in _PEOPLE and value in self.people:
            return i18n.name_of(self.people[value])
        if key in _INSTITUTIONS:
            return self.institutions.get(value, "")
        return trail.value_words(self.thing, key, value)


_PEOPLE = ("companion_id", "provider_id", "person_id", "asked_by_id")
_INSTITUTIONS = ("institution_id", "provider_institution_id")


def form_page(
    form: Any,
    heading: str,
    *,
    company: Company | None = None,
    back: str = "",
    sub: str = "",
    away: str = "",
    illustrative: bool = False,
) -> Response:
    """The page of one form of the park, about a company or the park itself; `away` is where the thing is put away."""
    home = url_for(".company", code=company.code) if company else ""
    return page(
        "labs/residents/form.html",
        form.status,
        illustrative=company.illustrative if company else illustrative,
        form=form,
        heading=heading,
        company=company,
        back=back or home,
        sub=sub,
        away=away,
    )


@bp.route("/residents/<code>/edit", methods=["GET", "POST"])
@on(load=queries.company, may=policies.keep)
def edit_company(found: Company) -> Response:
    """Change a company."""
    form = forms.CompanyForm(obj=found)
    del form.stage, form.since
    if form.attempt(
        lambda: operations.edit_company(found, actor=actor(), version=form.version.data, **form.facts())
    ):
        return saved(url_for(".company", code=found.code), _("已保存"))
    return form_page(form, _("编辑企业"), company=found)


@bp.route("/residents/<code>/stage", methods=["GET", "POST"])
@on(load=queries.company, may=policies.keep)
def step_company(found: Company) -> Response:
    """Take a company to its next stage."""
    form = forms.CompanyStepForm(obj=found).offer(found.kind, found.stage)
    version = form.version.data
    if form.attempt(
        lambda: operations.step_company(
            found, form.stage.data or "", form.since.data, actor=actor(), version=version
        )
    ):
        return saved(url_for(".company", code=found.code), _("阶段已变更"))
    return form_page(form, _("变更阶段"), company=found)


@bp.post("/residents/<code>/archive")
@on(load=queries.company, may=policies.keep)
def archive_company(found: Company) -> Response:
    """Put a company away. One that has space answers 422 and says so."""
    operations.archive_company(found, actor=actor(), version=VersionForm().version.data)
    back = url_for(".restore_company", code=found.code)
    return saved(url_for(".company", code=found.code), _("企业已归档"), undo=back)


@bp.post("/residents/<code>/restore")
@on(load=queries.company, may=policies.keep)
def restore_company(found: Company) -> Response:
    """Take a company out of the archive."""
    operations.restore_company(found, actor=actor())
    return saved(url_for(".company", code=found.code), _("企业已恢复"))
