"""Somebody at a browser without script: signs in over HTTP, reads pages, fills in the forms found there."""

import http.cookiejar
import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from lxml import html

PASSWORD = "kangjiansheng"
EDGE = b"the-edge-of-a-part"


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_told: Any) -> None:
        """Follow nothing: the answer that redirects is the answer."""


class Visitor:
    """One person, one cookie jar. Errors of the network are the caller's."""

    def __init__(self, base: str, timeout: float = 20, *, follow: bool = True) -> None:
        self.base, self.timeout = base, timeout
        self.jar = http.cookiejar.CookieJar()
        cookies = urllib.request.HTTPCookieProcessor(self.jar)
        self.opener = urllib.request.build_opener(cookies, *(() if follow else (_Stay(),)))

    def get(self, path: str) -> tuple[int, Any]:
        """Status and parsed page."""
        return self._open(urllib.request.Request(self.base + path))

    def post(self, path: str, values: dict[str, str], **headers: str) -> tuple[int, Any]:
        """Status and parsed page after the redirects."""
        data = urllib.parse.urlencode(values).encode()
        return self._open(urllib.request.Request(self.base + path, data, headers))

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, str]:
        """A request of a program with this session: status, what came back as JSON, and its ETag. Underscores in
        names of headers stand for hyphens."""
        data = None if body is None else json.dumps(body).encode()
        sent = urllib.request.Request(f"{self.base}/api/v1{path}", data, method=method)
        for name, value in (("Content_Type", "application/json"), *headers.items()):
            sent.add_header(name.replace("_", "-"), value)
        status, text, tag = self._send(sent)
        return status, json.loads(text or b"null"), tag

    def upload(
        self, path: str, values: dict[str, str], name: str, data: bytes, *, field: str = "files"
    ) -> tuple[int, Any]:
        """Send a form with one file in a field; status and parsed page after the redirects."""
        parts = [f'name="{key}"\r\n\r\n{value}'.encode() for key, value in values.items()]
        parts.append(f'name="{field}"; filename="{name}"\r\n\r\n'.encode() + data)
        body = b"".join(b"--%s\r\nContent-Disposition: form-data; %s\r\n" % (EDGE, part) for part in parts)
        sent = urllib.request.Request(self.base + path, body + b"--%s--\r\n" % EDGE)
        sent.add_header("Content-Type", f"multipart/form-data; boundary={EDGE.decode()}")
        sent.add_header("Origin", self.base)
        return self._open(sent)

    def _open(self, request: urllib.request.Request) -> tuple[int, Any]:
        status, text, _tag = self._send(request)
        return status, html.document_fromstring(text or b"<html></html>")

    def _send(self, request: urllib.request.Request) -> tuple[int, bytes, str]:
        try:
            with self.opener.open(request, timeout=self.timeout) as answer:
                return answer.status, answer.read(), answer.headers.get("ETag", "")
        except urllib.error.HTTPError as problem:
            with problem:
                return problem.code, problem.read(), ""

    def sign_in(self, short: str) -> None:
        """Sign in as one of the cast."""
        _status, page = self.get("/sign-in")
        form = form_of(page, "/sign-in")
        status, _page = self.post("/sign-in", {**form, "email": f"{short}@kjs.example", "password": PASSWORD})
        assert status in (200, 303), f"{short} could not sign in: {status}"


def form_of(page: Any, action: str) -> dict[str, str]:
    """The fields of the form with this address, filled as the page filled them."""
    for form in page.forms:
        if (form.action or "").split("?")[0].endswith(action):
            return {name: value for name, value in form.form_values() if name}
    raise AssertionError(f"no form for {action}; there are {[form.action for form in page.forms]}")
