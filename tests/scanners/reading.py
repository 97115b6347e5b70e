"""What can be said of the product by reading it: bandit, and semgrep with laws of our own."""

import json

from tests.scanners import cage
from tests.scanners.attacking import run, tool
from tests.scanners.finding import Finding
from tests.scanners.outcome import Outcome

LAWS = cage.ROOT / "tests" / "scanners" / "laws"
PRODUCT = ("kangjiansheng", "migrations", "wsgi.py")


def bandit() -> Outcome:
    """Bandit over all that is installed and over the build."""
    report = cage.WORK / "bandit.json"
    places = [str(cage.ROOT / one) for one in (*PRODUCT, "setup.py")]
    run("bandit", [tool("bandit"), "-q", "-r", *places, "-f", "json", "-o", str(report)])
    said = json.loads(report.read_text("utf-8"))
    found = [
        Finding(
            "bandit", one["test_id"], _place(one["filename"]), f"{one['line_number']}: {one['issue_text']}"
        )
        for one in said["results"]
    ]
    found += [Finding("bandit", "unread", _place(one["filename"]), one["reason"]) for one in said["errors"]]
    return Outcome("bandit", found, f"{said['metrics']['_totals']['loc']} lines")


def semgrep() -> Outcome:
    """The laws of this house: first each law over its planted examples, then all over the product."""
    report = cage.WORK / "semgrep.json"
    command = [tool("semgrep"), "scan", "--metrics=off", "--disable-version-check", "--quiet"]
    found = []
    if run("semgrep", [*command, "--test", str(LAWS)]):
        found.append(
            Finding("semgrep", "laws", "tests/scanners/laws", "a law misses a planted example (semgrep.log)")
        )
    places = [str(cage.ROOT / one) for one in PRODUCT]
    run("semgrep", [*command, "--config", str(LAWS), "--json", "-o", str(report), "--jobs", "1", *places])
    said = json.loads(report.read_text("utf-8"))
    found += [
        Finding(
            "semgrep",
            one["check_id"].split(".")[-1],
            _place(one["path"]),
            f"{one['start']['line']}: {_words(one)}",
        )
        for one in said["results"]
    ]
    found += [Finding("semgrep", "unread", "", str(one.get("message", one))[:300]) for one in said["errors"]]
    laws = sum(text.read_text("utf-8").count("\n  - id: ") for text in LAWS.glob("*.yml"))
    return Outcome("semgrep", found, f"{laws} laws, {len(said['paths']['scanned'])} files")


def _place(path: str) -> str:
    return path.removeprefix(f"{cage.ROOT}/").removeprefix("./")


def _words(one: dict[str, dict[str, str]]) -> str:
    return str(one["extra"]["message"])
