"""What is attacked: the product with its demonstration in a cage of its own, somebody signed in, and where to aim."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit
from urllib.request import Request, urlopen

from lxml import html

from tests.journeys.test_every_page import furnished
from tests.scanners import cage
from tests.scanners.finding import Finding
from tests.support.app import Databases
from tests.support.server import Server
from tests.support.tour import PAGES
from tests.support.visitor import PASSWORD, Visitor, form_of

# Acts that end the scanner's own session or close the door behind it.
NOT_AIMED_AT = re.compile(r"^/(sign-out|account|language)\b|/(stop|disable|sessions)\b")

FAULT = re.compile(r'"event": "request".*"status": 5')
OF_THE_FORM = {"csrf_token", "once", "version"}  # beside what people type


@dataclass(frozen=True)
class Aim:
    """One request with parameters, as somebody of the cast: a page with a query, or a form as the page filled it."""

    who: str
    method: str
    path: str  # with the query of a GET
    body: str = ""


@cache
def filled() -> Databases:
    """The demonstration, loaded once for all tools."""
    folder = cage.WORK / "databases"
    folder.mkdir()
    return Databases(folder, None)


@contextmanager
def served(name: str, *, workers: int = 1, furnish: bool = True) -> Iterator[Server]:
    """The product in a cage in the cage: it writes into one folder alone. Furnished as for the tour of all pages."""
    folder = cage.WORK / f"instance-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    data = folder / "kangjiansheng.db"
    shutil.move(filled().fresh("demo").removeprefix("sqlite:///"), data)
    filled().files_into("demo", folder)
    wide = {
        "KJS_COSTLY": "9999,1"
    }  # a scanner sends each act a thousand times, and should reach what is behind it
    server = Server(folder, f"sqlite:///{data}", workers=workers, settings=wide)
    server.before = cage.around(folder)
    server.start()
    try:
        yield furnished(server) if furnish else server
    finally:
        server.stop()


def signed_in(server: Server, who: str) -> Visitor:
    """Somebody of the cast at a browser, in English."""
    visitor = Visitor(server.base)
    visitor.sign_in(who)
    return visitor


def cookie_of(visitor: Visitor) -> str:
    """The header of her session."""
    return "; ".join(f"{one.name}={one.value}" for one in visitor.jar)


def token_of(server: Server, who: str) -> str:
    """A token for a program that may all that its owner may."""
    visitor = signed_in(server, who)
    there = "/account/tokens/new"
    page = visitor.get(there)[1]
    most = {one.name: one.value_options[-1] for one in page.xpath("//form//select")}
    wanted = {**form_of(page, there), **most, "name": "scanner", "password": PASSWORD}
    _status, shown = visitor.post(there, wanted)
    found = re.search(r"kjs_[\w-]{20,}", html.tostring(shown, encoding="unicode"))
    assert found, shown.text_content()[:2000]
    return found.group()


def aims(server: Server) -> tuple[list[Aim], dict[str, str]]:
    """Each parameter of each address of the tour and each form on its pages, once; and the cookies."""
    visitors: dict[str, Visitor] = {"nobody": Visitor(server.base)}
    found, seen = [], set[tuple[str, str, str]]()
    for who, path in PAGES:
        if who not in visitors:
            visitors[who] = signed_in(server, who)
        at = quote(path, safe="/?=&:")
        for aim in _of_page(who, at, visitors[who].get(at)[1]):
            names = {name for name, _value in parse_qsl(aim.body or urlsplit(aim.path).query, True)}
            new = {(aim.method, kind(aim.path), name) for name in names - OF_THE_FORM} - seen
            seen |= new
            if new:
                found.append(_only(aim, {name for _method, _kind, name in new}))
    return found, {who: cookie_of(visitor) for who, visitor in visitors.items()}


def _only(aim: Aim, names: set[str]) -> Aim:
    """A page with those parameters alone that were not aimed at before; a form stays whole."""
    if aim.body:
        return aim
    at = urlsplit(aim.path)
    query = urlencode([(name, value) for name, value in parse_qsl(at.query, True) if name in names])
    return replace(aim, path=at._replace(query=query).geturl())


def _of_page(who: str, path: str, page: Any) -> Iterator[Aim]:
    if "?" in path:
        yield Aim(who, "GET", path)
    for form in page.forms:
        to = urlsplit(urljoin(path, form.action or path))
        if to.netloc or NOT_AIMED_AT.search(to.path) or form.xpath(".//input[@type='file']"):
            continue
        values = urlencode([(name, value) for name, value in form.form_values() if name])
        if form.method.upper() == "GET":
            yield Aim(who, "GET", f"{to.path}?{values}")
        else:
            yield Aim(who, "POST", to._replace(fragment="").geturl(), values)


def kind(path: str) -> str:
    """The address without what names one thing of many."""
    return re.sub(r"[^/]*\d[^/]*", "*", urlsplit(path).path)


def read(asked: Request) -> bytes:
    """The body of an answer, whatever its status; redirects are followed."""
    try:
        with urlopen(asked, timeout=30) as answer:
            return bytes(answer.read())
    except HTTPError as problem:
        return problem.read()


def broken(tool: str, server: Server) -> list[Finding]:
    """Requests that the server answered with an error of its own, by its log."""
    lines = [line for line in server.log().splitlines() if FAULT.search(line)]
    paths = [(line, re.search(r'"path": "([^"]*)"', line)) for line in lines]
    return [
        Finding(tool, "server error", kind(path.group(1)) if path else "", line[:400]) for line, path in paths
    ]


def strangers(tool: str, server: Server) -> list[Finding]:
    """What is open when a tool was not let in: most of its requests came from nobody."""
    log = server.log()
    nobody, all_ = log.count('"person": null'), requests(server)
    return [Finding(tool, "not signed in", "", f"{nobody} of {all_} requests")] if nobody * 2 > all_ else []


def requests(server: Server) -> int:
    """How many requests the server has answered, by its log."""
    return sum('"status"' in line for line in server.log().splitlines())


def log_of(tool: str) -> Path:
    """Where a tool's own words are kept."""
    return cage.WORK / f"{tool}.log"
