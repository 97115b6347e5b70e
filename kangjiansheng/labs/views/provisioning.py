"""A list of people from a directory: upload, what it would do line by line, consent, one transaction."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from kangjiansheng.accounts.policies import administer
from kangjiansheng.accounts.rules import ROLE_NAMES, ROLES
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.pages import page, saved
from kangjiansheng.labs.forms import provisioning as words
from kangjiansheng.labs.operations.provisioning import Outcome, provision, try_out
from kangjiansheng.labs.rules.provisioning import COLUMNS
from kangjiansheng.labs.views.blueprint import bp


@bp.route("/admin/people/list", methods=["GET", "POST"])
@on(may=administer)
@costly
def people_list() -> Response:
    """Choose the file; sending it shows what it would do, and writes nothing."""
    form = words.PeopleForm()

    def act() -> tuple[bytes, Outcome]:
        data = form.data_of()
        return data, try_out(data, actor=actor(), invite=bool(form.invite.data))

    done = form.attempt(act)
    if done is None:
        return page("labs/people_list.html", form.status, form=form, columns=COLUMNS, roles=" / ".join(ROLES))
    return _shown(*done, invite=bool(form.invite.data))


def _shown(data: bytes, found: Outcome, *, invite: bool, again: bool = False) -> Response:
    db.session.rollback()
    return page(
        "labs/people_dry_run.html",
        409 if again else 422 if found.problems else 200,
        found=found,
        again=again,
        packed=words.pack(data),
        invite=invite,
        sentence=words.sentence,
        column_word=words.column_word,
        shown=_value,
    )


def _value(column: str, text: str) -> str:
    """A value as people read it: yes and no, roles in words, a dash for nothing."""
    if column in ("active", "sso"):
        return _("是") if text else _("否")
    if column == "roles":
        return _("、").join(str(ROLE_NAMES[role]) for role in text.split(";") if role) or "—"
    return text or "—"


@bp.post("/admin/people/list/consent")
@on(may=administer)
@costly
def consent_to_people() -> Response:
    """Do what was shown, all of it or nothing. When it would be something else by now, show that."""
    form = words.PeopleConsentForm()
    data, invite = form.data_of(), bool(form.invite.data)
    if not data:
        raise RuleBroken("labs:provision-file")
    found = try_out(data, actor=actor(), invite=invite)
    if found.problems or found.mark != form.seen.data:
        return _shown(data, found, invite=invite, again=not found.problems)
    done = provision(data, actor=actor(), invite=invite)
    number = len(done.changed)
    text = (
        ngettext("已更新 %(num)d 人", "已更新 %(num)d 人", number)
        if number
        else _("名单与系统一致，没有写入")
    )
    if any(line.duties for line in done.changed):
        text += _("；停用的人还有负责的事项，请交接")
    return saved(
        url_for("admin.people", state="stopped" if any(line.duties for line in done.changed) else None), text
    )
