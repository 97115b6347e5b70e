"""The answer to an invitation, opened by the link of its mail without signing in. It tells what the mail told."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from kangjiansheng.committee import forms
from kangjiansheng.committee.operations import meetings as operations
from kangjiansheng.committee.queries.invitations import Invited, invited
from kangjiansheng.committee.views.base import bp, page
from kangjiansheng.core import by_link
from kangjiansheng.core.access import public
from kangjiansheng.core.forms import Form

NAME = "invitation"


@bp.get("/invitation/<secret>")
@public
def invitation(secret: str) -> Response:
    """When and where, and the buttons."""
    return by_link.opened(
        NAME, lambda: invited(secret), lambda found: _shown(secret, found), speaks=_language, over=_over
    )


@bp.post("/invitation/<secret>")
@public
def answer_invitation(secret: str) -> Response:
    """Record the answer; it can be changed until the meeting begins."""
    return by_link.opened(
        NAME, lambda: invited(secret), lambda found: _answered(secret, found), speaks=_language, over=_over
    )


def _answered(secret: str, found: Invited) -> Response:
    by_link.sent(NAME, found.link_id)
    form = Form()

    def act() -> None:
        operations.answer_invitation(
            found.meeting, request.form.get("answer", ""), actor=found.actor, is_old=found.is_old
        )

    if form.attempt(act):
        return redirect(url_for(".invitation", secret=secret, said=1), 303)
    again = invited(secret)
    return _shown(secret, again, form) if again else _over()


def _shown(secret: str, found: Invited, form: Form | None = None) -> Response:
    return page(
        "invitation.html",
        form.status if form else 200,
        meeting=found.meeting,
        answer=found.answer,
        is_old=found.is_old,
        form=form,
        secret=secret,
        answers=forms.ANSWERS,
        said=bool(request.args.get("said")) and found.answer != "none",
        illustrative=found.meeting.illustrative,
    )


def _over() -> Response:
    return page("invitation_over.html", 404)


def _language(found: Invited) -> str:
    return found.person.locale
