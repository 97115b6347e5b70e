"""A program that acts by a token, and holds every answer to what the description says of it."""

import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator

from tests.accounts.test_give_a_program_a_token import bearer, made
from tests.support.critic import Critic

WRITES = {part: "write" for part in ("labs", "projects", "committee", "overview")}


class Program:
    """What somebody's program sends and gets."""

    def __init__(self, app: Flask, visitor: Critic, **parts: str) -> None:
        self._headers = bearer(made(visitor, **(parts or WRITES)))
        self._client = app.test_client()
        self._described = self._client.get("/api/v1/openapi.json", headers=self._headers).get_json()

    def __call__(self, method: str, path: str, body: Any = None, *, data: Any = None, **headers: str) -> Any:
        """The answer; its JSON is as described."""
        more = self._headers | {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self._client.open(f"/api/v1{path}", method=method, json=body, data=data, headers=more)
        assert answer.status_code < 500, answer.text
        if answer.mimetype == "application/problem+json":
            self._check(self._described["components"]["schemas"]["Problem"], answer)
        elif answer.mimetype == "application/json" and not path.startswith("/forms/"):
            read = answer.headers.get("Content-Location") or answer.headers.get("Location")
            where, how = (read, "get") if read else (f"/api/v1{path}", method.lower())
            self._check(self._schema(where.partition("?")[0], how), answer)
        return answer

    def _schema(self, address: str, method: str) -> Any:
        """What is said of the answers at an address."""
        found = [
            (path.count("{"), methods[method])
            for path, methods in self._described["paths"].items()
            if method in methods and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), address)
        ]
        _least, told = min(found, key=lambda pair: pair[0])
        return told["responses"]["200"]["content"]["application/json"]["schema"]

    def _check(self, schema: Any, answer: Any) -> None:
        whole = {**schema, "components": self._described["components"]}
        wrong = [problem.message for problem in Draft202012Validator(whole).iter_errors(answer.get_json())]
        assert wrong == [], (answer.request.path, wrong)


def program(app: Flask, client: Callable[..., Critic], short: str) -> Program:
    """The program of one of the cast, which may write everywhere."""
    return Program(app, client(short))
