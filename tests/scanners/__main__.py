"""`python -m tests.scanners [TOOL …] [--examples N]`, or `./run scan`: prepare the tools, go into the cage, run them one
after the other. Ends red when anything is open: a finding that nobody has accepted, or one accepted that is gone."""

import argparse
import json
import sys
import time
from collections.abc import Callable

from tests.scanners import cage, setting
from tests.scanners.finding import accepted, judge
from tests.scanners.outcome import Outcome

PACKAGES = {
    "bandit": "bandit",
    "semgrep": "semgrep",
    "schemathesis": "schemathesis",
    "wapiti": "wapiti3",
    "sqlmap": "sqlmap",
}
TOOLS = ("bandit", "semgrep", "vnu", "schemathesis", "wapiti", "sqlmap")


def main() -> int:
    """The exit code."""
    asked = argparse.ArgumentParser(prog="./run scan")
    asked.add_argument("tools", nargs="*", metavar="TOOL", help=", ".join(TOOLS))
    asked.add_argument(
        "--examples", type=int, default=100, help="of schemathesis, for each address and method"
    )
    asked.add_argument("--lock", action="store_true", help="only write the locks of the tools anew")
    wanted = asked.parse_args()
    tools = wanted.tools or list(TOOLS)
    if unknown := set(tools) - set(TOOLS):
        asked.error(f"unknown: {', '.join(sorted(unknown))}")
    if wanted.lock:
        for tool in set(tools) & PACKAGES.keys():
            setting.lock(tool, PACKAGES[tool])
        return 0
    if not cage.inside():
        for tool in tools:
            setting.prepare(tool)
        cage.enter(sys.argv[1:])
    return _scan(tools, wanted.examples)


def _scan(tools: list[str], examples: int) -> int:
    from tests.support import day  # the demonstration's day, before anything else is read

    assert day.NOON
    from tests.scanners import attacking, pages, programs, reading

    ways: dict[str, Callable[[], Outcome]] = {
        "bandit": reading.bandit,
        "semgrep": reading.semgrep,
        "vnu": pages.vnu,
        "schemathesis": lambda: programs.schemathesis(examples=examples),
        "wapiti": attacking.wapiti,
        "sqlmap": attacking.sqlmap,
    }
    known, wrong, report = accepted(), 0, []
    for tool in tools:
        began = time.monotonic()
        outcome = ways[tool]()
        open_, gone = judge(outcome.found, known, {tool})
        wrong += len(open_) + len(gone)
        row = {
            "tool": tool,
            "version": setting.version(tool),
            "looked at": outcome.looked,
            "accepted": len(outcome.found) - len(open_),
            "open": [str(one) for one in open_],
            "gone": [str(one) for one in gone],
            "seconds": round(time.monotonic() - began),
        }
        report.append(row)
        print(
            f"{tool} {row['version']}: {outcome.looked}; {row['accepted']} accepted, {len(open_)} open",
            flush=True,
        )
        for one in open_:
            print(f"  open: {one}")
        for entry in gone:
            print(f"  accepted, and no longer found: {entry}")
    (cage.WORK / "report.json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(
        f"{len(tools)} tools; {'nothing open' if not wrong else f'{wrong} open'} (.build/scanners/work/report.json)"
    )
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
