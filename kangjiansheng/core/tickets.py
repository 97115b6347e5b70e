"""What a page carries from one step to the next, signed: nothing of it is stored until the last step is taken."""

from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from kangjiansheng.core import clock


def make(purpose: str, data: Any) -> str:
    """The data with the present instant, signed for one purpose. Whoever holds the page can read it."""
    return str(_signer(purpose).dumps([clock.now().timestamp(), data]))


def read(purpose: str, text: str | None, *, lasts: timedelta) -> Any:
    """The data again; None when the ticket is too old, for something else, or not from us."""
    try:
        at, data = _signer(purpose).loads(text or "")
    except BadData:
        return None
    made = datetime.fromtimestamp(at, clock.now().tzinfo)
    return data if made <= clock.now() < made + lasts else None


def _signer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=f"ticket:{purpose}")
