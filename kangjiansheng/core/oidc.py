"""Single sign-on by OpenID Connect: authorization code with PKCE, state and nonce, against one issuer of the operator's.

Discovery and keys are read anew at each sign-in, which happens a few times a day: a rotated key needs no cache to
run out. PyJWT checks the tokens; what remains is a handful of requests.
"""

import base64
import hashlib
import hmac
import http.client
import json
import secrets
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from kangjiansheng.core.config import LOOPBACK, Issuer
from kangjiansheng.core.outgoing import shut

SECONDS = 5.0  # for each request, however slowly its answer comes
LARGEST = 262_144  # bytes of an answer
LEEWAY = 60  # seconds by which clocks may differ
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


class Down(Exception):
    """The issuer does not answer, or answers what is none of the protocol."""


class Refused(Exception):
    """The issuer, or what it says, is not to be believed; the text is for the log."""


@dataclass(frozen=True)
class Begun:
    """What the browser keeps, signed, while its owner is at the issuer's."""

    state: str
    nonce: str
    verifier: str


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Answers of the protocol come from where they were asked for."""
        return None


class _Guarded(urllib.request.HTTPSHandler, urllib.request.HTTPHandler):
    """Connections that are ended when their time is over, also while byte after byte comes."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[socket.socket] = []
        self.timer = threading.Timer(SECONDS, self.end)
        self.timer.daemon = True

    def do_open(self, http_class: Any, req: Any, **more: Any) -> Any:
        """As the library does, with our hand on the socket, the handshake included."""

        def connection(host: str, **known: Any) -> Any:
            made = http_class(host, **known)
            made._create_connection = self._connect
            return made

        return super().do_open(connection, req, **more)

    def _connect(self, *where: Any, **known: Any) -> socket.socket:
        made = socket.create_connection(*where, **known)
        self.held.append(made.dup())
        if self.timer.finished.is_set():
            self.end()
        return made

    def __enter__(self) -> "_Guarded":
        self.timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.timer.cancel()
        for one in self.held:
            one.close()

    def end(self) -> None:
        """Time is over."""
        for one in list(self.held):
            shut(one)


def begin(issuer: Issuer, back: str) -> tuple[str, Begun]:
    """Where to send the browser, and what it keeps. Raises Down."""
    at = _endpoint(_discover(issuer), "authorization_endpoint")
    begun = Begun(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(begun.verifier.encode()).digest()).rstrip(b"=")
    asked = {
        "response_type": "code",
        "client_id": issuer.client_id,
        "redirect_uri": back,
        "scope": "openid email profile",
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": challenge.decode(),
        "code_challenge_method": "S256",
    }
    return f"{at}{'&' if '?' in at else '?'}{urlencode(asked)}", begun


def finish(issuer: Issuer, back: str, begun: Begun, code: str) -> dict[str, Any]:
    """What the issuer says of who came back with a code. Raises Down and Refused."""
    found = _discover(issuer)
    sent = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": begun.verifier,
    }
    headers = {}
    ways = found.get("token_endpoint_auth_methods_supported")
    if not isinstance(ways, list) or not ways or "client_secret_basic" in ways:
        pair = urlencode({issuer.client_id: issuer.client_secret}).replace("=", ":", 1)
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    else:
        sent |= {"client_id": issuer.client_id, "client_secret": issuer.client_secret}
    answer = _read(_endpoint(found, "token_endpoint"), urlencode(sent).encode(), headers)
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise Refused("no id_token")
    claims = _claims(issuer, token, _endpoint(found, "jwks_uri"))
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), begun.nonce.encode()):
        raise Refused("nonce")
    return claims


def factors_of(claims: Mapping[str, Any]) -> list[Any]:
    """By what the issuer says that it knew its subject (RFC 8176)."""
    said = claims.get("amr")
    return said if isinstance(said, list) else []


def leaving(issuer: Issuer, back: str) -> str | None:
    """Where the browser's session at the issuer is ended; None when it has no such place. Raises Down."""
    at = _discover(issuer).get("end_session_endpoint")
    if not isinstance(at, str) or not _is_allowed(at):
        return None
    asked = urlencode({"client_id": issuer.client_id, "post_logout_redirect_uri": back})
    return f"{at}{'&' if '?' in at else '?'}{asked}"


def _claims(issuer: Issuer, token: str, keys_at: str) -> dict[str, Any]:
    import jwt

    try:
        head = jwt.get_unverified_header(token)
        if head.get("alg") not in ALGORITHMS:
            raise Refused("algorithm")
        keys = jwt.PyJWKSet.from_dict(dict(_read(keys_at))).keys
        fitting = [
            key for key in keys if key.key_id == head.get("kid") or (len(keys) == 1 and "kid" not in head)
        ]
        if not fitting:
            raise Refused("key")
        claims: dict[str, Any] = jwt.decode(
            token,
            fitting[0],
            algorithms=[head["alg"]],
            audience=issuer.client_id,
            issuer=issuer.url,
            leeway=LEEWAY,
            options={"require": ["iss", "aud", "exp", "iat", "sub"]},
        )
    except (jwt.PyJWTError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as problem:
        raise Refused(type(problem).__name__) from problem  # the library takes some shapes for granted
    if any(_is_unreadable(value) for value in claims.values()):
        raise Refused("text")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else issuer.client_id) != issuer.client_id:
        raise Refused("azp")
    return claims


def _is_unreadable(value: Any) -> bool:
    """Text that no database of ours takes: NUL, or half of a pair of surrogates."""
    return isinstance(value, str) and ("\0" in value or any("\ud800" <= c <= "\udfff" for c in value))


def _discover(issuer: Issuer) -> Mapping[str, Any]:
    found = _read(issuer.url.rstrip("/") + "/.well-known/openid-configuration")
    if found.get("issuer") != issuer.url:
        raise Down("the issuer calls itself something else")
    return found


def _endpoint(found: Mapping[str, Any], name: str) -> str:
    address = found.get(name)
    if not isinstance(address, str) or not _is_allowed(address):
        raise Down(f"no {name}")
    return address


def _is_allowed(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if not address.isascii() or not address.isprintable() or " " in address or not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _read(
    address: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    try:
        asked = urllib.request.Request(address, body, {"Accept": "application/json", **(headers or {})})
        with _Guarded() as guarded:
            opener = urllib.request.build_opener(_NoRedirect, guarded)
            with opener.open(asked, timeout=SECONDS) as answer:
                found = json.loads(answer.read(LARGEST))
    except urllib.error.HTTPError as problem:
        with problem:
            if body is not None and 400 <= problem.code < 500:  # the code, or we, were turned away
                raise Refused(f"{problem.code}") from problem
        raise Down(f"{problem.code}") from problem
    except (OSError, ValueError, RecursionError, http.client.HTTPException) as problem:
        raise Down(type(problem).__name__) from problem
    if not isinstance(found, dict):
        raise Down("no object")
    return found
