"""Messengers as they answer: WeCom, Feishu and DingTalk on one port of this machine, with the checks of each."""

import base64
import hashlib
import hmac
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from kangjiansheng.core import clock

TLS = Path(__file__).with_name("tls")  # a certificate of nobody, for localhost
KEY = "0c7f0a8b-group-key"
SECRET = "SECb8a3f1d2e4"
PATHS = {
    "wecom": f"/cgi-bin/webhook/send?key={KEY}",
    "feishu": f"/open-apis/bot/v2/hook/{KEY}",
    "dingtalk": f"/robot/send?access_token={KEY}",
}


class Messengers:
    """What was said to the groups, and how the next tries are answered: a verdict, or a trouble by name."""

    def __init__(self) -> None:
        self.said: list[str] = []  # texts that were taken
        self.asked: list[tuple[str, dict[str, Any]]] = []  # every request: path with query, body
        self.troubles: list[Any] = []  # for the next requests, one each
        self.ending = threading.Event()

    def trouble(self, *troubles: Any) -> None:
        """Answer the next requests so: a dict as the body, (status, body), or hang, drip, redirect, cut, garbage."""
        self.troubles += troubles

    def verdict(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """What the messenger of this path says to such a request."""
        parts = urlsplit(path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if parts.path == "/cgi-bin/webhook/send":
            good = query.get("key") == KEY
            return self._take(body["text"]["content"]) if good else _no(93000, "invalid webhook url")
        if parts.path == "/robot/send":
            if query.get("access_token") != KEY:
                return _no(300005, f"token {query.get('access_token')} is not exist")
            stamp, sign = query.get("timestamp", ""), query.get("sign", "")
            if not _is_now(stamp, 1000) or sign != _mac(SECRET, f"{stamp}\n{SECRET}"):
                return _no(310000, "sign not match")
            return self._take(body["text"]["content"])
        if parts.path == f"/open-apis/bot/v2/hook/{KEY}":
            stamp = body.get("timestamp", "")
            if not _is_now(stamp, 1) or body.get("sign") != _mac(f"{stamp}\n{SECRET}", ""):
                return {
                    "code": 19021,
                    "msg": "sign match fail or timestamp is not within one hour from current time",
                }
            self._take(body["content"]["text"])
            return {"code": 0, "msg": "success", "data": {}, "StatusCode": 0, "StatusMessage": "success"}
        return {"code": 19001, "msg": "param invalid: incoming webhook access token invalid"}

    def _take(self, text: str) -> dict[str, Any]:
        self.said.append(text)
        return {"errcode": 0, "errmsg": "ok"}


def _no(code: int, words: str) -> dict[str, Any]:
    return {"errcode": code, "errmsg": words}


def _is_now(stamp: str, units: int) -> bool:
    return stamp.isdigit() and abs(int(stamp) / units - clock.now().timestamp()) < 3600


def _mac(key: str, said: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), said.encode(), hashlib.sha256).digest()).decode()


@contextmanager
def serving(*, tls: bool = False) -> Iterator[tuple[Messengers, str]]:
    """The messengers on a free port: what they got, and the origin at which they are."""
    them = Messengers()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            them.asked.append((self.path, body))
            trouble = them.troubles.pop(0) if them.troubles else None
            if trouble == "hang":
                them.ending.wait(30)
            elif trouble == "cut":
                self.close_connection = True
            elif trouble == "drip":
                self._drip()
            elif trouble == "redirect":
                self._say(302, b"", Location="http://169.254.169.254/latest/meta-data/")
            elif trouble == "garbage":
                self._say(200, b"<html>Please sign in to this network</html>")
            else:
                status, said = trouble if isinstance(trouble, tuple) else (200, trouble)
                said = them.verdict(self.path, body) if said is None else said
                self._say(status, json.dumps(said).encode())

        def _drip(self) -> None:
            while not them.ending.wait(0.05):
                try:
                    self.wfile.write(b"H")
                    self.wfile.flush()
                except OSError:
                    return

        def _say(self, status: int, data: bytes, **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(TLS / "certificate.pem", TLS / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield (
            them,
            f"{'https' if tls else 'http'}://{'localhost' if tls else '127.0.0.1'}:{server.server_port}",
        )
    finally:
        them.ending.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
        time.sleep(0)
