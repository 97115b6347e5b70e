"""Every page of the tour in three languages, read by the checker of the W3C."""

import json
import re
import shutil
import subprocess
from urllib.parse import quote
from urllib.request import Request

from tests.journeys.test_every_page import LANGUAGES
from tests.scanners import cage, target
from tests.scanners.finding import Finding
from tests.scanners.outcome import Outcome
from tests.support.tour import PAGES
from tests.support.visitor import Visitor


def vnu() -> Outcome:
    """Errors and warnings alike."""
    folder = cage.WORK / "pages"
    folder.mkdir()
    with target.served("vnu") as server:
        visitors: dict[str, Visitor] = {"nobody": Visitor(server.base)}
        for number, (who, path) in enumerate(PAGES):
            if who not in visitors:
                visitors[who] = target.signed_in(server, who)
            for language in LANGUAGES:
                page = _fetched(visitors[who], path, language)
                (folder / f"{number:03}.{language}.html").write_bytes(page)
        broken = target.broken("vnu", server)
    found = {(one.where, re.sub(r"\d+", "", one.text)): one for one in map(_finding, _checked(folder))}
    return Outcome("vnu", [*found.values(), *broken], f"{len(PAGES)} pages in {len(LANGUAGES)} languages")


def _fetched(visitor: Visitor, path: str, language: str) -> bytes:
    asked = Request(visitor.base + quote(path, safe="/?=&:"))
    cookies = f"kjs_lang={language}"
    asked.add_header("Cookie", "; ".join(filter(None, [target.cookie_of(visitor), cookies])))
    return target.read(asked)


def _checked(folder: object) -> list[dict[str, str]]:
    java = shutil.which("java")
    assert java is not None
    jar = next((cage.HOME / "vnu").rglob("vnu.jar"))
    command = [
        "nice",
        java,
        "-Xmx1g",
        "-XX:+UseSerialGC",
        "-jar",
        str(jar),
        "--format",
        "json",
        "--stdout",
        str(folder),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1200, check=False)
    messages: list[dict[str, str]] = json.loads(done.stdout)["messages"]
    return messages


def _finding(one: dict[str, str]) -> Finding:
    name = one.get("url", "").rsplit("/", 1)[-1]
    number, language, _html = name.split(".")
    _who, path = PAGES[int(number)]
    kind = one.get("subType", one["type"])
    return Finding(
        "vnu",
        kind,
        path,
        f"{language} {one.get('lastLine', '')}: {one['message']} [{one.get('extract', '')}]",
    )
