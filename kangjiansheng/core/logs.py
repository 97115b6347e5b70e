"""Structured logs: one JSON line per request, with a request id and without query strings or secrets."""

import json
import logging
import re
import secrets
import sys
import time

from flask import Flask, Response, g, request

log = logging.getLogger("kangjiansheng")
SECRET = re.compile(r"[A-Za-z0-9_-]{43,}")  # 256 bits as they stand in the address of a link


class JsonLines(logging.Formatter):
    """One record, one line of JSON; a line feed in a value cannot forge a second record."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {"level": record.levelname.lower(), "event": record.getMessage()}
        fields.update(getattr(record, "facts", {}))
        if record.exc_info:
            fields["trace"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False)


def init_app(app: Flask) -> None:
    """Log each request to stderr and give it an id that error pages repeat."""
    if not log.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonLines())
        log.addHandler(handler)
        log.propagate = False
        log.setLevel(logging.INFO)
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.request_id = secrets.token_hex(6).upper()
    g.began = time.perf_counter()
    g.asked = [0, 0.0]  # statements that this request has sent, and the seconds that they took


def _end(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.get("request_id", "")
    actor = g.get("actor")
    statements, seconds = g.get("asked", (0, 0.0))
    log.info(
        "request",
        extra={
            "facts": {
                "id": g.get("request_id"),
                "method": request.method,
                "path": SECRET.sub("…", request.path),
                "status": response.status_code,
                "ms": round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
                "statements": statements,
                "sql_ms": round(seconds * 1000, 1),
                "person": actor.id if actor else None,
            }
        },
    )
    return response
