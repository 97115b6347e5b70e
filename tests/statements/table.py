"""The table of statements as a document, and their tests run."""

import ast
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

from tests.statements import Statement
from tests.statements.faults import FAULTS
from tests.statements.records import RECORDS
from tests.statements.security import SECURITY

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "statements.md"
OF_FAULTS = ROOT / "docs" / "faults.md"
RESULTS = ROOT / "docs" / "statements.json"
HEAD = """# Statements: what can be checked, and what checks it

Written by `python -m tests.statements`; with `--run` the tests are run first. Mechanisms, not certificates; not legal
advice. Sections of ASVS are those of 5.0.0, sections 11.x those of 21 CFR 11.
"""
HEAD_OF_FAULTS = """# Faults: what happens then, and what makes it happen

Written by `python -m tests.statements`; with `--run` the tests are run first. Those that take long are run by
`make soak`.

Ten thousand acknowledged writes over a hundred kills (F09), each with its seed, on a machine of two cores that did other
things beside it: on SQLite 10,003 in 44 minutes (KJS_SOAK_SEED=20261126: 32 times the whole server, 68 times what
answers; 405 writes had no answer at first, of which 74 were never sent again); on PostgreSQL as the role of the
application 10,004 in 9 minutes (20261127: 42 times the server, 35 what answers, 15 a process of the database, 8 the
database; 413 and 90). None was lost, half there or there twice; each had its entry and each entry its write. With one
of fifty acknowledged acts left undone the test goes red within 200 writes.
"""


def missing(statement: Statement) -> list[str]:
    """The tests of a statement that are not there."""
    return [address for address in statement.tests if not _is_there(address)]


def _is_there(address: str) -> bool:
    path, _colons, name = address.partition("::")
    file = ROOT / "tests" / path
    if not file.is_file():
        return False
    tree = ast.parse(file.read_text("utf-8"))
    return any(isinstance(node, ast.FunctionDef) and node.name == name for node in tree.body)


def document() -> str:
    """The whole document; results are those of the last run that was kept."""
    parts = [HEAD]
    for title, statements in (("Security", SECURITY), ("Records and signatures", RECORDS)):
        parts += [f"## {title}\n", _table("section | statement", statements)]
    return "\n".join(parts)


def of_faults() -> str:
    """The document of faults."""
    return "\n".join([HEAD_OF_FAULTS, _table("fault | what the product does", FAULTS)])


def _table(columns: str, statements: tuple[Statement, ...]) -> str:
    kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {"day": "", "results": {}}
    rows = [_row(statement, kept["results"]) for statement in statements]
    head = f"| | {columns} | tests | run on {kept['day']} |\n|---|---|---|---|---|"
    return "\n".join([head, *rows, ""])


def _row(statement: Statement, results: dict[str, str]) -> str:
    words = statement.words + (f" **Not wholly:** {statement.why}" if statement.why else "")
    tests = "<br>".join(f"`{address}`" for address in statement.tests) or "none"
    found = {results.get(address, "not run") for address in statement.tests}
    verdict = ", ".join(sorted(found)) or "not met"
    return f"| {statement.number} | {statement.anchor} | {words} | {tests} | {verdict} |"


def run(*, new_only: bool = False) -> None:
    """Run all tests of the tables, or those whose result is not kept yet, and keep how each ended."""
    known = json.loads(RESULTS.read_text("utf-8"))["results"] if new_only else {}
    wanted = {address for statement in (*SECURITY, *RECORDS, *FAULTS) for address in statement.tests}
    report = ROOT / ".build" / "statements.xml"
    report.parent.mkdir(exist_ok=True)
    addresses = [f"tests/{address}" for address in sorted(wanted - known.keys())]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        "2",
        "-m",
        "soak or not soak",
        f"--junitxml={report}",
    ]
    subprocess.run([*command, *addresses], cwd=ROOT, check=False)
    results = known | _read(report)
    kept = {
        "day": date.today().isoformat(),
        "results": {address: results.get(address, "not run") for address in sorted(wanted)},
    }
    RESULTS.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


def _read(report: Path) -> dict[str, str]:
    from lxml import etree

    found: dict[str, str] = {}
    for case in etree.parse(str(report)).iter("testcase"):
        path = case.get("classname").removeprefix("tests.").replace(".", "/") + ".py"
        address = f"{path}::{case.get('name').split('[')[0]}"
        passed = not any(child.tag in ("failure", "error", "skipped") for child in case)
        found[address] = "passed" if passed and found.get(address, "passed") == "passed" else "failed"
    return found
