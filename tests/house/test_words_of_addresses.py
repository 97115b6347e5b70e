"""The query string of every address of programs: a word that is not known there is refused, by the very words that are
described, and each of these is taken."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from kangjiansheng.core.rest import describing
from kangjiansheng.overview.rules.table import SECTORS
from tests.permissions import table
from tests.support.critic import Critic

API = "/api/v1"
VALUES = {"limit": "5", "as_of": "", "lang": "en", "page": "1", "compare": "2026-09-30", "form": "plain"}
MISTYPED = "no_such_word"


def _filled(rule: Any) -> str:
    """A path of things that are there."""
    path: str = rule.rule
    for name, value in (table.arguments(rule, one=True) or [{}])[0].items():
        path = table._put(path, name, str(value))
    return path


def _addresses(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Each address that is described, as it is described, its method, and a path of things that are there."""
    with app.app_context():
        for rule, _read in describing.readable(app):
            yield describing.path_of(rule.rule), "get", _filled(rule)
        acts = app.extensions["acts"]
        for rule in acts.map.iter_rules():
            method = acts.listed[rule.endpoint].method.lower()
            yield f"{API}{describing.path_of(rule.rule)}", method, f"{API}{_filled(rule)}"


def _asked(told: Any, path: str, method: str) -> list[str]:
    """The words that are described at an address."""
    known = told["components"]["parameters"]
    every = [
        known[one["$ref"].rpartition("/")[2]] if "$ref" in one else one
        for one in told["paths"][path][method]["parameters"]
    ]
    return [one["name"] for one in every if one["in"] == "query"]


def test_a_wrong_word_is_refused_and_each_that_is_described_is_taken(
    app: Flask, client: Callable[..., Critic]
) -> None:
    readers = [client(short) for short in ("executive", "secretary", "auditor", "admin")]
    told = readers[0].get(f"{API}/openapi.json").get_json()
    read, acts, wrong = 0, 0, []
    for path, method, address in _addresses(app):
        words = _asked(told, path, method)
        assert "lang" in words and MISTYPED not in words
        if method != "get":
            answer = _open(readers[0], f"{address}?{MISTYPED}=1", method)
            wrong += [f"{method} {path}"] * (not _refused(answer, words))
            acts += 1
            continue
        reader = next((one for one in readers if _open(one, address).status_code == 200), None)
        if reader is None:
            continue  # the demonstration has none such
        wrong += [path] * (not _refused(_open(reader, f"{address}?{MISTYPED}=1"), words))
        for word in words:
            answer = _open(reader, f"{address}?{word}={VALUES.get(word, '')}")
            wrong += [f"{path}?{word}"] * (answer.status_code != 200)
        read += 1
    assert wrong == []
    assert read > 90 and acts > 230


def _open(reader: Critic, address: str, method: str = "get") -> Any:
    return super(Critic, reader).open(address, method=method, json={} if method != "get" else None)


def _refused(answer: Any, words: list[str]) -> bool:
    if answer.status_code != 400 or answer.mimetype != "application/problem+json":
        return False
    body = answer.get_json()
    return (
        body["errors"] == [{"field": MISTYPED, "detail": "没有这一项。"}]
        and sorted(body["known"]) == sorted(words)
        and MISTYPED in body["detail"]
        and all(word in body["detail"] for word in words)
    )


def test_the_words_that_are_offered_are_told_in_the_punctuation_of_the_language(
    client: Callable[..., Critic],
) -> None:
    reader, address = client("executive"), f"{API}/meetings?{MISTYPED}=1"
    for language, between in (("zh-Hans", "、"), ("zh-Hant", "、"), ("en", ", ")):
        told = _open(reader, f"{address}&lang={language}").get_json()
        assert between.join(told["known"]) in told["detail"] and len(told["known"]) > 1


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("/meetings?lang=xx", ["zh-Hans", "zh-Hant", "en"]),
        ("/projects/KJS-003/history?kind=plna", ["plan", "gates", "evidence", "risks", "validity", "facts"]),
        ("/table/seats?lack=xyz", list(SECTORS)),
        ("/institutions?page=x", None),
        ("/institutions?page=0", None),
    ],
)
def test_a_value_that_is_none_of_those_that_are_listed_is_refused(
    client: Callable[..., Critic], address: str, known: list[str] | None
) -> None:
    answer = _open(client("executive"), API + address)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert answer.get_json().get("known") == known
