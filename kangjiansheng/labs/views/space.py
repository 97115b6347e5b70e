"""Pages of the park's space: floors, what is taken of them, and leases of companies."""

from flask import abort, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.pages import page, saved
from kangjiansheng.core.sheets import download
from kangjiansheng.labs.forms import residents as forms
from kangjiansheng.labs.forms.people import VersionForm
from kangjiansheng.labs.models import Company, Lease, ParkFloor
from kangjiansheng.labs.operations import space as operations
from kangjiansheng.labs.policies import residents as policies
from kangjiansheng.labs.queries import residents as companies
from kangjiansheng.labs.queries import space as queries
from kangjiansheng.labs.rules import space as rules
from kangjiansheng.labs.sheets import residents as sheets
from kangjiansheng.labs.views.blueprint import bp, travelled
from kangjiansheng.labs.views.residents import form_page, sections


@bp.get("/residents/space")
@on(may=policies.read_park)
def space() -> Response:
    """Every floor with what is taken of it, and by whom; all together beside what the park has."""
    found = queries.buildings(as_of=travelled())
    kept = policies.keep(actor()) and not travelled()
    return page(
        "labs/residents/space.html",
        illustrative=any(row.floor.illustrative for building in found for row in building.floors),
        buildings=found,
        area=sum(building.area for building in found),
        taken=sum(building.taken for building in found),
        limit=rules.PARK_M2,
        away=queries.floors(archived=True) if kept else [],
        sections=sections("space", True),
        may_keep=kept,
    )


@bp.get("/residents/space.<any(csv, xlsx):kind>")
@on(may=policies.read_park)
@costly
def space_file(kind: str) -> Response:
    """The same as a file."""
    found = queries.buildings(as_of=travelled())
    return download(kind, "space", sheets.space(kind, found, as_of=travelled()))


@bp.route("/residents/floors/new", methods=["GET", "POST"])
@on(may=policies.keep)
def new_floor() -> Response:
    """Register a floor."""
    form = forms.FloorForm()
    if form.attempt(
        lambda: operations.create_floor(actor=actor(), code=form.code.data or "", **form.facts())
    ):
        return saved(url_for(".space"), _("楼层已登记"))
    return form_page(form, _("登记楼层"), back=url_for(".space"), sub=_left(None))


@bp.route("/residents/floors/<code>/edit", methods=["GET", "POST"])
@on(load=queries.floor, may=policies.keep)
def edit_floor(found: ParkFloor) -> Response:
    """Change a floor."""
    form = forms.FloorForm(obj=found)
    del form.code
    if form.attempt(
        lambda: operations.edit_floor(found, actor=actor(), version=form.version.data, **form.facts())
    ):
        return saved(url_for(".space"), _("已保存"))
    back, sub = url_for(".space"), _left(found)
    away = url_for(".archive_floor", code=found.code) if not found.archived_at else ""
    return form_page(form, _("编辑楼层"), back=back, sub=sub, away=away, illustrative=found.illustrative)


def _left(floor: ParkFloor | None) -> str:
    """How much the park has beside its other floors."""
    left = rules.PARK_M2 - queries.area_of_floors(floor.id if floor else 0)
    return _(
        "全园 %(all)s 平方米，除本层外还可登记 %(left)s 平方米。", all=f"{rules.PARK_M2:,}", left=f"{left:,}"
    )


@bp.post("/residents/floors/<code>/archive")
@on(load=queries.floor, may=policies.keep)
def archive_floor(found: ParkFloor) -> Response:
    """Put a floor away. One that is taken answers 422 and says by whom."""
    operations.archive_floor(found, actor=actor(), version=VersionForm().version.data)
    return saved(url_for(".space"), _("楼层已归档"), undo=url_for(".restore_floor", code=found.code))


@bp.post("/residents/floors/<code>/restore")
@on(load=queries.floor, may=policies.keep)
def restore_floor(found: ParkFloor) -> Response:
    """Take a floor out of the archive."""
    operations.restore_floor(found, actor=actor())
    return saved(url_for(".space"), _("楼层已恢复"))


@bp.route("/residents/<code>/leases/new", methods=["GET", "POST"])
@on(load=companies.inside_company, may=policies.keep)
def new_lease(found: Company) -> Response:
    """Give a company space."""
    form, code = forms.LeaseForm().offer(queries.floors()), found.code
    if form.attempt(lambda: operations.create_lease(found, actor=actor(), **form.facts())):
        return saved(url_for(".company", code=code), _("租用空间已登记"))
    company = afresh(found)
    return form_page(form, _("登记租用空间"), company=company)


@bp.route("/residents/<code>/leases/<int:number>/edit", methods=["GET", "POST"])
@on(load=queries.lease, may=policies.keep)
def edit_lease(found: Lease) -> Response:
    """Change a lease, or say that it ends."""
    form, code = forms.LeaseForm(obj=found).offer(queries.floors()), found.company.code
    if form.attempt(
        lambda: operations.edit_lease(found, actor=actor(), version=form.version.data, **form.facts())
    ):
        return saved(url_for(".company", code=code), _("已保存"))
    company = companies.inside_company(actor=actor(), code=code) or abort(404)
    return form_page(form, _("编辑租用空间"), company=company)


@bp.post("/residents/<code>/leases/<int:number>/withdraw")
@on(load=queries.lease, may=policies.keep)
def withdraw_lease(found: Lease) -> Response:
    """Take back a lease that was written down by mistake."""
    operations.withdraw_lease(found, actor=actor(), version=VersionForm().version.data)
    back = url_for(".restore_lease", code=found.company.code, number=found.number)
    return saved(url_for(".company", code=found.company.code), _("租用空间已撤下"), undo=back)


@bp.post("/residents/<code>/leases/<int:number>/restore")
@on(load=queries.lease, may=policies.keep)
def restore_lease(found: Lease) -> Response:
    """Let a lease count again."""
    operations.restore_lease(found, actor=actor())
    return saved(url_for(".company", code=found.company.code), _("租用空间已恢复"))
