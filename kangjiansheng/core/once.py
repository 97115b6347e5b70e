"""The same form, or the same request of a program, sent twice (a double click, a retry after a lost answer) counts
once.

Each page carries a random mark in its forms. The change set of the first sending keeps a key made of the mark,
the address, the person and all that was filled in: the same again is answered with where the first has led, and changes
nothing; the same page with something else in its fields is another act. A program sends an Idempotency-Key; the answer is kept for a day, in
the transaction of the act, and given again to whoever sends the same with the same key.
"""

import secrets
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import orjson
from flask import abort, after_this_request, flash, g, make_response, redirect, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, LargeBinary, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.wrappers import Response

from kangjiansheng.core import clock
from kangjiansheng.core.changes import ONCE, ChangeSet
from kangjiansheng.core.db import Base, db
from kangjiansheng.core.digests import sha256
from kangjiansheng.core.logs import SECRET
from kangjiansheng.core.text import own_path

KEPT = timedelta(days=1)
_LENGTH = 40
_HEADERS = ("ETag", "Location", "Content-Location", "Content-Type")
_ABOUT_THE_FORM = {"csrf_token", "once"}


WORK = {"answers": _l("清理过期的回执")}  # what the rounds of the worker are called


def mark() -> str:
    """The mark of the page that is being made."""
    if "once" not in g:
        g.once = secrets.token_urlsafe(12)
    return str(g.once)


def sent_before() -> Response | None:
    """The answer to a form that was sent and saved before; else None, and this sending leaves its key."""
    key = g.once_key = _key()
    if key is None:
        return None
    if db.session.scalar(select(ChangeSet.id).where(ChangeSet.idempotency_key == key)):
        return again()
    db.session.info[ONCE] = key
    after_this_request(partial(_keep_where, key))
    return None


def _keep_where(key: str, answer: Response) -> Response:
    """Keep for a day where the form has led, in the transaction of its act: to what it made. The address of a link that is
    a secret is kept nowhere."""
    done = answer.status_code == 303 and ONCE not in db.session.info and "led" not in g
    if done and answer.location and not SECRET.search(answer.location):
        kept = {"Location": own_path(answer.location)}
        db.session.add(
            Answered(key_sha256=key, body_sha256="", status=303, headers=kept, body=b"", made_at=clock.now())
        )
    return answer


def again() -> Response:
    """To where the form has led, else back to where it was; and say that it was saved."""
    db.session.rollback()
    g.led = True  # what is answered here was kept by the first
    led = db.session.scalar(select(Answered.headers).where(Answered.key_sha256 == (g.get("once_key") or "")))
    flash(orjson.dumps({"text": _("这份表单已经保存过，没有重复保存"), "undo_url": None}).decode(), "toast")
    if request.headers.get("HX-Request") == "true":
        return Response(status=204, headers={"HX-Refresh": "true"})
    if led and led.get("Location"):
        return redirect(str(led["Location"]), 303)
    from_here = urlsplit(request.referrer or "")
    if from_here.netloc != request.host:
        return redirect("/", 303)
    return redirect(own_path(f"{from_here.path}?{from_here.query}".rstrip("?")), 303)


def _key() -> str | None:
    if request.method == "GET" or not (made := request.form.get("once", "")):
        return None
    if any(one.filename for one in request.files.values()):
        return None
    fields = sorted(
        (name, value) for name, value in request.form.items(multi=True) if name not in _ABOUT_THE_FORM
    )
    return sha256([made, request.method, request.full_path, g.actor.id, fields])[:_LENGTH]


class Answered(Base):
    """The answer to a request of a program that came with a key of its own."""

    __tablename__ = "answered"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_sha256: Mapped[str] = mapped_column(
        String(64), unique=True
    )  # of person, address and the program's key
    body_sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(index=True)


def asked_key() -> str | None:
    """What the program's Idempotency-Key stands for: its own, at this address, for this person."""
    sent = request.headers.get("Idempotency-Key")
    if sent is None:
        return None
    if not sent.isascii() or not sent.isprintable() or not 1 <= len(sent) <= 200:
        abort(400, _("Idempotency-Key 请用 1 到 200 个可见的 ASCII 字符。"))
    return sha256([sent, request.method, request.path, g.actor.id])


def answered(key: str, body: Any) -> Response | None:
    """The answer that was given to the same request; 422 when the same key came with something else."""
    found = db.session.scalar(select(Answered).where(Answered.key_sha256 == key))
    if found is None or found.made_at < clock.now() - KEPT:
        return None
    if found.body_sha256 != sha256([body, request.headers.get("If-Match", "")]):
        abort(422, _("这个 Idempotency-Key 已用于别的内容，请换一个。"))
    answer = make_response(found.body, found.status)
    answer.headers.update(found.headers)
    answer.headers["Idempotency-Replayed"] = "true"
    return answer


def remember(key: str, body: Any, answer: Response) -> None:
    """Keep the answer, in the transaction of what was done. Who has done the same meanwhile under this key was first: then
    it cannot be kept, and what was done here is undone with it."""
    db.session.execute(delete(Answered).where(Answered.key_sha256 == key, _outdated()))
    kept = {name: answer.headers[name] for name in _HEADERS if name in answer.headers}
    db.session.add(
        Answered(
            key_sha256=key,
            body_sha256=sha256([body, request.headers.get("If-Match", "")]),
            status=answer.status_code,
            headers=kept,
            body=answer.get_data(),
            made_at=clock.now(),
        )
    )


def forget() -> None:
    """Drop the answers that are no longer given again."""
    db.session.execute(delete(Answered).where(_outdated()))


def _outdated() -> ColumnElement[bool]:
    return Answered.made_at < clock.now() - KEPT
