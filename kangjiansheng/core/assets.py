"""Static files under hashed names, served by ourselves with long-lived caching and compression."""

import json
import mimetypes
from functools import cache
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise

FOLDER = Path(__file__).parent / "static"
PREFIX = "static/"


class NotBuilt(Exception):
    """The assets were not gathered; `make run` does it."""


@cache
def _manifest() -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads((FOLDER / "manifest.json").read_text("utf-8"))
    except FileNotFoundError:
        raise NotBuilt("static files are missing: run `make run` or `python setup.py assets`") from None
    return found


def asset(name: str) -> str:
    """The address of a static file by its logical name, such as `css/kjs.css`."""
    return f"/{PREFIX}{_manifest()[name]}"


def init_app(app: Flask) -> None:
    """Serve the folder before the application is asked; every name in it is a hash, so it never changes."""
    _manifest()
    mimetypes.add_type("font/woff2", ".woff2")
    app.jinja_env.globals["asset"] = asset
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(FOLDER),
        prefix=PREFIX,
        immutable_file_test=lambda path, url: not url.endswith("manifest.json"),
        add_headers_function=_headers,
    )


def _headers(headers, path, url):  # type: ignore[no-untyped-def]
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
