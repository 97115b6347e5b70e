"""A form that could not be taken as it came: what was typed is kept in the page until it can.

Nothing is stored. Where the session had ended the page carries the fields, signed; after signing in the writer sees
them once more and sends them with a token of the new session. Where it is only too early, or what came with it could
not be stored, the page of the refusal carries the form itself. Only a form of ours is carried on, never one that
another site sent.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

from kangjiansheng.core.text import host_of

_AGE = 12 * 60 * 60
_LEFT_OUT = ("csrf_token", "password")


@dataclass(frozen=True, slots=True)
class Kept:
    """Where the form wanted to go, and its fields in their order. `files` were attached and are not kept."""

    path: str
    fields: Sequence[tuple[str, str]]
    files: bool

    @property
    def written(self) -> list[str]:
        """What a person typed into it, without codes and numbers that only programs read."""
        return [value for _key, value in self.fields if value.strip() and not _CODE.fullmatch(value)]


_CODE = re.compile(r"[A-Za-z0-9_]+|[0-9a-f-]{36}")


def kept() -> Kept | None:
    """The form of this request; None when it is none of ours or holds a password."""
    if request.method != "POST" or not request.form or not _is_own():
        return None
    if any("password" in key for key in request.form):
        return None
    fields = [(key, value) for key, value in request.form.items(multi=True) if key not in _LEFT_OUT]
    files = any(one.filename for one in request.files.values())
    return Kept(request.full_path.rstrip("?"), fields, files)


def keep() -> str:
    """The same as a signed text; empty when there is nothing to keep."""
    form = kept()
    return str(_signer().dumps([form.path, form.fields, form.files])) if form else ""


def read(text: str) -> Kept | None:
    """The form that `keep` has written; None when it is too old or not from us."""
    try:
        path, fields, files = _signer().loads(text, max_age=_AGE)
    except BadData:
        return None
    return Kept(path, [(key, value) for key, value in fields], files)


def _is_own() -> bool:
    """Browsers say from where a form is sent; without a word of it nothing is kept."""
    sent_from = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return host_of(sent_from) == request.host


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="resuming")
