"""A real issuer of OpenID Connect on a socket of this machine: it checks what a client sends, and can be told to lie."""

import base64
import contextlib
import hashlib
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from kangjiansheng.core import clock

CLIENT, SECRET = "kangjiansheng", "the client's secret: with a colon"


class Issuer:
    """Answers as an issuer does. `lies` replaces claims of the next tokens, `headers` those of the token itself."""

    def __init__(self) -> None:
        self.person: dict[str, Any] = {}
        self.lies: dict[str, Any] = {}
        self.algorithm = ""
        self.codes: dict[str, dict[str, str]] = {}
        self.problems: list[str] = []
        self.odd: dict[str, bytes] = {}  # what stands at a path instead
        self.drips = ""  # a path that is answered byte by byte, and never whole
        self.rotate()
        handler = type("Handler", (_Handler,), {"issuer": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def rotate(self) -> None:
        """A new key under a new name; the old one is gone."""
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.key_name = f"key {id(self.key)}"

    def keys(self) -> dict[str, Any]:
        """What stands at `jwks_uri`."""
        made = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [made | {"kid": self.key_name, "use": "sig", "alg": "ES256"}]}

    def token(self, asked: dict[str, str]) -> str:
        """An ID token for who is here."""
        now = int(clock.now().timestamp())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims |= self.person | self.lies
        claims = {key: value for key, value in claims.items() if value is not None}
        if self.algorithm == "none":
            return jwt.encode(claims, None, algorithm="none", headers={"kid": self.key_name})
        if self.algorithm == "HS256":  # signed with what anybody can read
            return jwt.encode(claims, "a" * 32, algorithm="HS256", headers={"kid": self.key_name})
        return jwt.encode(claims, self.key, algorithm="ES256", headers={"kid": self.key_name})

    def visit(self, address: str) -> str:
        """What a browser that is sent here is answered: the address to which it goes next."""
        opener = urllib.request.build_opener(_Stay)
        try:
            opener.open(address, timeout=5)
        except urllib.error.HTTPError as answer:
            with answer:
                assert answer.code == 302, answer.code
                parts = urlsplit(answer.headers["Location"])
                return f"{parts.path}?{parts.query}"
        raise AssertionError("the issuer did not send the browser back")

    def stop(self) -> None:
        """Be down."""
        self.server.shutdown()
        self.server.server_close()


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


class _Handler(BaseHTTPRequestHandler):
    issuer: Issuer

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _json(self, found: Any, status: int = 200) -> None:
        data = self.issuer.odd.get(urlsplit(self.path).path, json.dumps(found).encode())
        if urlsplit(self.path).path == self.issuer.drips:
            self._drip(data)
            return
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _drip(self, data: bytes) -> None:
        """Never silent for longer than a moment."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        with contextlib.suppress(OSError):
            while self.issuer.drips:
                self.wfile.write(b" ")
                time.sleep(0.05)
            self.wfile.write(data)

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/.well-known/openid-configuration":
            url = self.issuer.url
            self._json(
                {
                    "issuer": url, "authorization_endpoint": f"{url}/authorize", "token_endpoint": f"{url}/token",
                    "jwks_uri": f"{url}/keys", "end_session_endpoint": f"{url}/leave",
                }
            )  # fmt: skip
        elif parts.path == "/keys":
            self._json(self.issuer.keys())
        elif parts.path == "/authorize":
            asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
            wanted = ("response_type", "scope", "state", "nonce", "code_challenge", "redirect_uri")
            if asked["client_id"] != CLIENT or any(not asked.get(name) for name in wanted):
                self.issuer.problems.append(f"asked with {asked}")
            code = base64.urlsafe_b64encode(hashlib.sha256(asked["state"].encode()).digest()).decode()
            self.issuer.codes[code] = asked
            self.send_response(302)
            back = urlencode({"code": code, "state": asked["state"]})
            self.send_header("Location", f"{asked['redirect_uri']}?{back}")
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._json({}, 404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        sent = {key: values[0] for key, values in parse_qs(body).items()}
        asked = self.issuer.codes.pop(sent.get("code", ""), None)  # a code works once
        given = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        expected = urlencode({CLIENT: SECRET}).replace("=", ":", 1)
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or given != expected or challenge != asked["code_challenge"]:
            self._json({"error": "invalid_grant"}, 400)
            return
        self._json({"token_type": "Bearer", "access_token": "a", "id_token": self.issuer.token(asked)})


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """An issuer that runs."""
    made = Issuer()
    yield made
    made.stop()
