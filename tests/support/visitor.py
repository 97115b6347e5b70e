"""Somebody at a browser without script: signs in over HTTP, reads pages, fills in the forms found there."""

import http.cookiejar
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from lxml import html

PASSWORD = "kangjiansheng"
EDGE = b"the-edge-of-a-part"


class Visitor:
    """One person, one cookie jar. Errors of the network are the caller's."""

    def __init__(self, base: str, timeout: float = 20) -> None:
        self.base, self.timeout = base, timeout
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str) -> tuple[int, Any]:
        """Status and parsed page."""
        return self._open(urllib.request.Request(self.base + path))

    def post(self, path: str, values: dict[str, str]) -> tuple[int, Any]:
        """Status and parsed page after the redirects."""
        data = urllib.parse.urlencode(values).encode()
        return self._open(urllib.request.Request(self.base + path, data))

    def upload(
        self, path: str, values: dict[str, str], name: str, data: bytes, *, field: str = "files"
    ) -> tuple[int, Any]:
        """Send a form with one file in a field; status and parsed page after the redirects."""
        parts = [f'name="{key}"\r\n\r\n{value}'.encode() for key, value in values.items()]
        parts.append(f'name="{field}"; filename="{name}"\r\n\r\n'.encode() + data)
        body = b"".join(b"--%s\r\nContent-Disposition: form-data; %s\r\n" % (EDGE, part) for part in parts)
        sent = urllib.request.Request(self.base + path, body + b"--%s--\r\n" % EDGE)
        sent.add_header("Content-Type", f"multipart/form-data; boundary={EDGE.decode()}")
        return self._open(sent)

    def _open(self, request: urllib.request.Request) -> tuple[int, Any]:
        try:
            with self.opener.open(request, timeout=self.timeout) as answer:
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as problem:
            status, text = problem.code, problem.read()
        return status, html.document_fromstring(text or b"<html></html>")

    def sign_in(self, short: str) -> None:
        """Sign in as one of the cast."""
        _status, page = self.get("/sign-in")
        form = form_of(page, "/sign-in")
        status, _page = self.post("/sign-in", {**form, "email": f"{short}@kjs.example", "password": PASSWORD})
        assert status == 200, f"{short} could not sign in: {status}"


def form_of(page: Any, action: str) -> dict[str, str]:
    """The fields of the form with this address, filled as the page filled them."""
    for form in page.forms:
        if (form.action or "").split("?")[0].endswith(action):
            return {name: value for name, value in form.form_values() if name}
    raise AssertionError(f"no form for {action}; there are {[form.action for form in page.forms]}")
