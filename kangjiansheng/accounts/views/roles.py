"""System roles of a person: given and taken back by administrators."""

from flask import Blueprint, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts import forms, operations, policies, queries
from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.views.admin import person_page
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.pages import saved

bp = Blueprint("roles", __name__)


@bp.post("/admin/people/<code>/roles")
@on(load=queries.person, may=policies.secure)
def grant(person: Person) -> Response:
    """Give a system role from a day to a day."""
    form = forms.RoleForm()

    def act() -> None:
        operations.grant_role(
            person,
            form.role.data,
            actor=actor(),
            valid_from=form.valid_from.data,
            valid_to=form.valid_to.data,
        )

    if form.attempt(act):
        return saved(url_for("admin.person", code=person.code), _("已授予角色"))
    return person_page(person, role_form=form, status=form.status)


@bp.post("/admin/people/<code>/roles/end")
@on(load=queries.person, may=policies.secure)
def revoke(person: Person) -> Response:
    """Take a system role back; it no longer holds at the next request."""
    form = forms.EndRoleForm()
    if form.attempt(lambda: operations.revoke_role(person, form.role.data, actor=actor())):
        return saved(url_for("admin.person", code=person.code), _("已撤回角色"))
    return person_page(person, refusal=form.sentence, status=form.status)
