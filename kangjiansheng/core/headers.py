"""Security headers on every answer, allowed hosts, the size of bodies, and caching rules."""

from flask import Flask, Response, abort, current_app, g, request

from kangjiansheng.core.bodies import LONG_TEXT

# plotly.js inserts an empty <style> and fills it by script: the hash is that of the empty text.
EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        f"style-src 'self' {EMPTY_STYLE}",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
    )
)
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def init_app(app: Flask) -> None:
    """Refuse foreign hosts and huge bodies; set the headers last, on errors too."""
    app.before_request(_check_host)
    app.before_request(_limit_text)
    app.after_request(_set)


def _check_host() -> None:
    host = (
        request.host.rsplit(":", 1)[0].strip("[]") if not request.host.endswith("]") else request.host[1:-1]
    )
    if host not in current_app.config["SETTINGS"].allowed_hosts:
        g.foreign_host = True
        abort(400)


def _limit_text() -> None:
    """Only uploads may be as large as an upload: other bodies are read whole into memory.

    An upload is read here, before the request asks the database for anything: a telephone may take a minute
    to send it, and nobody should wait for that behind the lock of a writer.
    """
    if request.mimetype == "multipart/form-data":
        view = current_app.view_functions.get(request.endpoint or "")
        if getattr(view, "long_texts", False):
            request.max_form_memory_size = LONG_TEXT
        request.files  # noqa: B018
        return
    request.max_content_length = current_app.config["MAX_FORM_MEMORY_SIZE"]
    if (request.content_length or 0) > request.max_content_length:
        abort(413)


def _set(response: Response) -> Response:
    for name, value in ALWAYS.items():
        response.headers.setdefault(name, value)
    if current_app.config["SETTINGS"].secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    response.headers.add("Vary", "Cookie")
    return response
