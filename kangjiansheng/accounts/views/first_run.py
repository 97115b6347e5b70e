"""The first run of an installation without demonstration: the first administrator."""

from flask import Blueprint, abort, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from kangjiansheng.accounts import forms, operations, queries, sessions
from kangjiansheng.core.access import public
from kangjiansheng.core.pages import page

bp = Blueprint("first_run", __name__)


@bp.route("/first-run/<secret>", methods=["GET", "POST"])
@public
def first_run(secret: str) -> Response:
    """Whoever started the installation, and so knows the secret, becomes its first administrator."""
    if not operations.is_first_run(current_app.config["SETTINGS"].instance, secret):
        abort(404)
    form = forms.FirstRunForm()

    def act() -> None:
        account = operations.create_first_admin(
            actor=queries.system_actor(),
            name_hans=form.name_hans.data or "",
            email=form.email.data or "",
            password=form.password.data or "",
        )
        sessions.enter(account, address=request.remote_addr or "", device=request.user_agent.string)

    if form.attempt(act):
        return redirect(url_for("admin.start"), 303)
    return page("accounts/first_run.html", form.status, form=form, secret=secret)
