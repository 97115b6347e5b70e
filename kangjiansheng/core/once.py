"""The same form sent twice (a double click, a retry after a lost answer) counts once.

Each page carries a random mark in its forms. The change set of the first sending keeps a key made of the mark,
the address, the person and all that was filled in: the same again is answered, and changes nothing; the same page
with something else in its fields is another act.
"""

import secrets
from urllib.parse import urlsplit

import orjson
from flask import flash, g, redirect, request
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from kangjiansheng.core.changes import ONCE, ChangeSet
from kangjiansheng.core.db import db
from kangjiansheng.core.digests import sha256

_LENGTH = 40
_ABOUT_THE_FORM = {"csrf_token", "once"}


def mark() -> str:
    """The mark of the page that is being made."""
    if "once" not in g:
        g.once = secrets.token_urlsafe(12)
    return str(g.once)


def sent_before() -> Response | None:
    """The answer to a form that was sent and saved before; else None, and this sending leaves its key."""
    key = _key()
    if key is None:
        return None
    if db.session.scalar(select(ChangeSet.id).where(ChangeSet.idempotency_key == key)):
        return again()
    db.session.info[ONCE] = key
    return None


def again() -> Response:
    """Back to where the form was, and say that it was saved."""
    db.session.rollback()
    flash(orjson.dumps({"text": _("这份表单已经保存过，没有重复保存"), "undo_url": None}).decode(), "toast")
    if request.headers.get("HX-Request") == "true":
        return Response(status=204, headers={"HX-Refresh": "true"})
    from_here = urlsplit(request.referrer or "")
    if from_here.netloc != request.host:
        return redirect("/", 303)
    return redirect(f"{from_here.path}?{from_here.query}".rstrip("?"), 303)


def _key() -> str | None:
    made = request.form.get("once", "")
    if not made or request.files:
        return None
    fields = sorted(
        (name, value) for name, value in request.form.items(multi=True) if name not in _ABOUT_THE_FORM
    )
    return sha256([made, request.method, request.full_path, g.actor.id, fields])[:_LENGTH]
