"""Hand-over: everything that somebody answers for, given to a successor in one act."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from kangjiansheng.accounts import policies as account_policies
from kangjiansheng.accounts import queries as accounts
from kangjiansheng.accounts.models import Account, Person
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.i18n import explain, name_of
from kangjiansheng.core.pages import page, saved
from kangjiansheng.labs.models import JointLab
from kangjiansheng.labs.rules import LAB_ROLES
from kangjiansheng.projects import policies
from kangjiansheng.projects.forms.handing import HandingForm, StopForm
from kangjiansheng.projects.models import Project
from kangjiansheng.projects.operations import handing as operations
from kangjiansheng.projects.queries import handing as queries
from kangjiansheng.projects.views import bp


@bp.route("/admin/people/<code>/handover", methods=["GET", "POST"])
@on(load=accounts.person, may=account_policies.administer)
def hand_over_all(person: Person) -> Response:
    """Everything that a person answers for; of projects that the administrator may not see, codes alone."""
    return _page(person, None, [one for one in accounts.people(state="active") if one.id != person.id])


@bp.route("/admin/people/<code>/disable", methods=["GET", "POST"])
@on(load=accounts.account_of, may=account_policies.administer)
def stop_account(account: Account) -> Response:
    """Stop an account; its sessions end at once. For what its owner answers is shown first, and somebody decides of it."""
    leaver = account.person
    things = queries.duties(leaver.id, actor=actor())
    by_hand = [one for one in things if _advice(one)]
    ours = [one for one in things if not _advice(one)]
    successors = [one for one in accounts.people(state="active") if one.id != leaver.id]
    form = StopForm()
    form.successor_id.choices = [
        (0, _("请选择")),
        *((one.id, f"{one.code} {name_of(one)}") for one in successors),
    ]
    refused: list[tuple[queries.Duty, str]] = []

    def act() -> str:
        successor = next((one.id for one in successors if one.id == form.successor_id.data), 0)
        outcomes = operations.stop_account(
            account, ours or by_hand, way=form.way.data or "", successor_id=successor, actor=actor()
        )
        refused[:] = [(one, explain(problem)) for one, problem in outcomes if problem]
        if refused:
            raise RuleBroken("projects:stop-refused", "successor_id")
        return leaver.code

    if code := form.attempt(act):
        text, left = _("账号已停用，登录已全部结束"), accounts.count_duties(leaver.id)
        if left:
            text += ngettext("；仍有 %(num)d 项在此人名下", "；仍有 %(num)d 项在此人名下", left)
        return saved(url_for("admin.person", code=code), text)
    return page(
        "projects/stop_account.html",
        form.status,
        illustrative=any(one.illustrative for one in things),
        leaver=leaver,
        things=ours,
        by_hand=[(one, _advice(one), _href(one)) for one in by_hand],
        refused=refused,
        words=_words(),
        form=form,
        crumbs=_crumbs(leaver, None),
    )


@bp.route("/projects/<code>/people/<person_code>/handover", methods=["GET", "POST"])
@on(load=queries.leaver_of, may=policies.hand_over)
def hand_over_in_project(pair: tuple[Project, Person]) -> Response:
    """The same within one project, by those who lead it."""
    return _within(*pair)


@bp.route("/labs/<code>/people/<person_code>/handover", methods=["GET", "POST"])
@on(load=queries.leaver_of_lab, may=policies.hand_over_in_lab)
def hand_over_in_lab(pair: tuple[JointLab, Person]) -> Response:
    """The same within one laboratory, roles and its plan, by those who direct it."""
    return _within(*pair)


def _within(thing: Project | JointLab, person: Person) -> Response:
    return _page(person, thing, [one for one in queries.successors(thing) if one.id != person.id])


def _page(leaver: Person, within: queries.Within, successors: list[Person]) -> Response:
    leaver_id = leaver.id
    things = queries.duties(leaver_id, actor=actor(), within=within)
    by_hand = [one for one in things if _advice(one)]
    things = [one for one in things if not _advice(one)]
    form = HandingForm()
    form.things.choices = [(one.key, one.key) for one in things]
    form.successor_id.choices = [(one.id, f"{one.code} {name_of(one)}") for one in successors]
    chosen = set(form.things.data or [])
    outcomes = form.attempt(
        lambda: operations.hand_over(
            [one for one in things if one.key in chosen], leaver_id, form.successor_id.data, actor=actor()
        )
    )
    by_id = {one.id: one for one in successors}
    successor = by_id.get(form.successor_id.data) if outcomes else None
    given = [one for one, problem in outcomes or () if problem is None]
    done: dict[str, Any] = {
        "successor": successor,
        "given": given,
        "refused": [(one, explain(problem)) for one, problem in outcomes or () if problem],
        "back": _address(successor, within) if successor else "",
    }
    return page(
        "projects/handover.html",
        200 if outcomes else form.status,
        illustrative=any(one.illustrative for one in (*things, *by_hand)),
        words=_words(),
        by_hand=[(one, _advice(one), _href(one)) for one in by_hand],
        leaver=leaver,
        within=within,
        part="projects" if isinstance(within, Project) else "labs" if within else "admin",
        crumbs=_crumbs(leaver, within),
        things=[one for one in things if one not in given],
        form=form,
        here=_address(leaver, within),
        chosen=chosen,
        **done,
    )


def _words() -> dict[str, Any]:
    """What the kinds of things are called."""
    own = {"lead": _("项目负责人"), "milestone": _("里程碑"), "risk": _("风险与问题")}
    roles = {f"lab_{role}": word for role, word in LAB_ROLES.items()}
    return {
        **roles,
        **own,
        **{kind: word for keeper in queries.keepers for kind, word in keeper.words.items()},
    }


def _advice(one: queries.Duty) -> str:
    """What to do with a thing that cannot be given away here; empty for one that can."""
    keeper = queries.keeper_of(one.kind)
    return str(keeper.advice.get(one.kind, "")) if keeper else ""


def _href(one: queries.Duty) -> str:
    keeper = queries.keeper_of(one.kind)
    return keeper.href(one) if keeper else ""


def _crumbs(leaver: Person, within: queries.Within) -> list[tuple[str, str]]:
    if within is None:
        return [(_("人员"), "/admin"), (name_of(leaver), f"/admin/people/{leaver.code}")]
    if isinstance(within, JointLab):
        people = (_("成员"), url_for("labs.lab_people", code=within.code))
        return [(_("联合实验室"), url_for("labs.labs")), (within.code, f"/labs/{within.code}"), people]
    people = (_("人员与登记号"), url_for("projects.people_of_project", code=within.code))
    return [(_("项目"), url_for("projects.projects")), (within.code, f"/projects/{within.code}"), people]


def _address(person: Person, within: queries.Within) -> str:
    if within is None:
        return url_for("projects.hand_over_all", code=person.code)
    endpoint = "hand_over_in_lab" if isinstance(within, JointLab) else "hand_over_in_project"
    return url_for(f"projects.{endpoint}", code=within.code, person_code=person.code)
