"""The description of the JSON interface, from the routes themselves: it cannot fall behind them."""

import re
from typing import Any

from flask import current_app, make_response
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from kangjiansheng.core.access import signed_in
from kangjiansheng.overview.views.blueprint import bp

PREFIX = "/api/v1/"
_PART = re.compile(r"<(?:[^<>:]*(?:\([^()]*\))?:)?(\w+)>")


@bp.get("/api/v1/openapi.json")
@signed_in
def openapi() -> Response:
    """This description."""
    rules = [rule for rule in current_app.url_map.iter_rules() if rule.rule.startswith(PREFIX)]
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Kangjiansheng 康健生",
            "version": "1",
            "description": "Read-only. Each answer holds what the signed-in person may see, as on the pages.",
        },
        "servers": [{"url": "/"}],
        "security": [{"session": []}],
        "components": {
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "session"}},
            "parameters": {
                "as_of": {
                    "name": "as_of",
                    "in": "query",
                    "required": False,
                    "description": "A past day: the answer as it stood at its end in Asia/Shanghai.",
                    "schema": {"type": "string", "format": "date"},
                }
            },
            "responses": {
                "problem": {
                    "description": "A problem, as RFC 9457 describes it.",
                    "content": {"application/problem+json": {"schema": {"type": "object"}}},
                }
            },
        },
        "paths": {
            _path(rule): {"get": _operation(rule)} for rule in sorted(rules, key=lambda rule: rule.rule)
        },
    }
    return make_response(document)


def _path(rule: Rule) -> str:
    return _PART.sub(r"{\1}", rule.rule)


def _operation(rule: Rule) -> dict[str, Any]:
    view = current_app.view_functions[rule.endpoint]
    summary = (view.__doc__ or rule.endpoint).strip().split("\n")[0]
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PART.findall(rule.rule)
    ]
    problem = {"$ref": "#/components/responses/problem"}
    answers: dict[str, Any] = {
        "200": {"description": summary, "content": {"application/json": {"schema": {"type": "object"}}}},
        "401": problem,
    }
    if in_path:
        answers["404"] = problem
    return {
        "operationId": rule.endpoint.replace(".", "_"),
        "summary": summary,
        "parameters": [*in_path, {"$ref": "#/components/parameters/as_of"}],
        "responses": answers,
    }
