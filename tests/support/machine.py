"""Which tests this machine can run: the others are left out at collection, and named at the end.

So the summary knows no skip. With CI=true a test that had to be left out makes the run fail.
"""

import os
import shutil
from collections import Counter

import pytest

from tests.support import browser, office, postgres

NEEDS = {
    "browser": (
        browser.is_available,
        "no Chromium was found (chromium on the path, or its path in CHROMIUM)",
    ),
    "office": (office.is_available, "no LibreOffice with Impress and Writer was found, or no pdftotext"),
    "nginx": (lambda: shutil.which("nginx") is not None, "no nginx was found on the path"),
    "strace": (lambda: shutil.which("strace") is not None, "no strace was found on the path"),
    "postgres": (postgres.is_available, "no PostgreSQL server programs were found (initdb, pg_ctl)"),
}
left_out: Counter[str] = Counter()


def in_ci() -> bool:
    """Whether the machine promises to have everything."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the machine cannot give, what is about the other engine, and the long tests unless -m asks for
    them."""
    missing = [mark for mark, (is_available, _) in NEEDS.items() if not is_available()]
    wants_soak = "soak" in config.getoption("markexpr")
    elsewhere = config.getoption("--engine") == "postgresql"
    kept: list[pytest.Item] = []
    dropped: list[pytest.Item] = []
    for item in items:
        reason = next((mark for mark in missing if item.get_closest_marker(mark)), None)
        of_other = elsewhere and item.get_closest_marker("sqlite") is not None
        too_long = item.get_closest_marker("soak") is not None and not wants_soak
        if reason is not None and not (of_other or too_long):
            left_out[reason] += 1
        (dropped if reason is not None or of_other or too_long else kept).append(item)
    if dropped:
        items[:] = kept
        config.hook.pytest_deselected(items=dropped)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the main process what a worker left out; in CI, fail for it."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["left_out"] = dict(left_out)
    elif (
        left_out
        and in_ci()
        and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
    ):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Every worker collects all tests, so that one worker's count is the run's."""
    for mark, count in getattr(node, "workeroutput", {}).get("left_out", {}).items():
        left_out[mark] = max(left_out[mark], count)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each thing that the machine lacks."""
    for mark, count in sorted(left_out.items()):
        verdict = "an error, since CI is set" if in_ci() else "left out"
        terminalreporter.write_line(
            f"{mark}: {count} test{'s' if count > 1 else ''} {verdict}: {NEEDS[mark][1]}"
        )
