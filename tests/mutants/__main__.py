"""Plant ten faults at random, one after the other, each in a copy of its own, and run the tests over it."""

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.mutants.sites import KINDS, Site, all_sites

ROOT = Path(__file__).parents[2]
FLOORS = ("accounts", "labs", "projects", "committee", "overview", "core")
QUICK = ["tests/house/test_operations.py", "tests/house/test_conventions.py"]
COPY = ROOT / ".build" / "mutant"  # always at the same place, so that what Python compiled is used again


def main() -> int:
    """Say one line for each fault; fail when fewer than nine of ten were caught."""
    asked = _asked()
    chance = random.Random(asked.seed)
    sites = _changed(all_sites(ROOT), asked.since) if asked.since else all_sites(ROOT)
    chosen = list(_chosen(sites, chance, asked.number))
    print(f"seed {asked.seed}, {len(sites)} sites", flush=True)
    _copy(COPY)
    if not asked.only_list and (failed := _first_failure(QUICK)):
        raise SystemExit(f"fails without any fault: {failed}")
    caught = 0
    for number, site in enumerate(chosen, 1):
        began = time.monotonic()
        catcher = "" if asked.only_list else _catcher(site, near=asked.near)
        caught += bool(catcher)
        spent = round(time.monotonic() - began)
        was = " ".join(site.was.split())[:70]
        print(
            f"| {number} | {site.kind} | `{site.path}:{site.line}` `{was}` | {catcher or 'NOT CAUGHT'} | {spent} |",
            flush=True,
        )
    return 0 if caught * 10 >= 9 * len(chosen) else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--number", type=int, default=10)
    parser.add_argument("--only-list", action="store_true", help="say what would be planted")
    parser.add_argument(
        "--near", action="store_true", help="run the nearest tests only, not the rest of the check"
    )
    parser.add_argument("--since", default="", help="only in lines that were changed since this commit")
    return parser.parse_args()


def _changed(sites: list[Site], since: str) -> list[Site]:
    told = subprocess.run(
        ["git", "diff", "-U0", since, "--", "kangjiansheng"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    lines: set[tuple[str, int]] = set()
    for part in re.split(r"^\+\+\+ b/", told, flags=re.M)[1:]:
        path = part.partition("\n")[0]
        for first, count in re.findall(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", part, re.M):
            lines |= {(path, int(first) + number) for number in range(int(count or 1))}
    return [site for site in sites if (site.path, site.line) in lines]


def _chosen(sites: list[Site], chance: random.Random, number: int) -> Iterator[Site]:
    """As many of each kind, so that the many guards do not hide the few escapes."""
    of = {kind: [site for site in sites if site.kind == kind] for kind in KINDS}
    for turn in range(min(number, len(sites))):
        there = [kind for kind in KINDS if of[kind]]
        kind = there[turn % len(there)]
        yield of[kind].pop(chance.randrange(len(of[kind])))


def _catcher(site: Site, *, near: bool) -> str:
    """The first test that failed over the fault; empty when none did."""
    _copy(COPY)
    site.plant(COPY)
    return next(filter(None, (_first_failure(arguments) for arguments in _runs(site, near=near))), "")


def _copy(target: Path) -> None:
    """What git knows, and what the build made of it."""
    shutil.rmtree(target, ignore_errors=True)
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    made = [str(path.relative_to(ROOT)) for path in (ROOT / "kangjiansheng").rglob("*.mo")]
    for name in [*filter(None, names.split("\0")), *made]:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name)
    static = "kangjiansheng/core/static"
    shutil.copytree(ROOT / static, target / static, dirs_exist_ok=True)
    (target / ".venv").symlink_to(ROOT / ".venv")


def _runs(site: Site, *, near: bool) -> Iterator[list[str]]:
    """The nearest tests first: what looks at all code, the files that name the module, its floor, the rest of the
    house; at the end all of the check."""
    floor = next((name for name in FLOORS if f"/{name}/" in site.path), "core")
    ordinary = ["-m", "not browser and not soak"]
    folders = ["tests/house", f"tests/{floor}", "tests/permissions"]
    quick = QUICK if site.kind in ("version", "escape", "audit") else []
    for tests in (quick, _naming(site, floor), [f"tests/{floor}"], ["tests/house", "tests/permissions"]):
        if tests:
            yield [*tests, *ordinary]
    if near:
        return
    yield ["tests", *(f"--ignore={name}" for name in folders), *ordinary]
    yield [*folders[1:], "--engine=postgresql", *ordinary]
    yield ["tests", "-m", "browser and not soak"]


def _naming(site: Site, floor: str) -> list[str]:
    """The test files of the floor that import the module, or what it belongs to."""
    path = Path(site.path)
    name = path.parent.name if path.stem == "__init__" else path.stem
    files = sorted((ROOT / "tests" / floor).glob("test_*.py"))
    return [
        str(one.relative_to(ROOT))
        for one in files
        if re.search(rf"import.*\b{name}\b|^    {name},$", one.read_text("utf-8"), re.M)
    ]


def _first_failure(arguments: list[str]) -> str:
    """Run pytest over the copy until something fails."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(COPY),
        "PYTHONPYCACHEPREFIX": str(ROOT / ".build" / "compiled"),
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-n", "1", "-p", "no:cacheprovider", *arguments],
        cwd=COPY,
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode == 0:
        return ""
    lines = [line for line in done.stdout.splitlines() if line.startswith(("FAILED tests/", "ERROR tests/"))]
    if not lines:
        raise SystemExit(f"pytest itself failed:\n{done.stdout[-3000:]}{done.stderr[-2000:]}")
    return lines[0].split(" ", 1)[1].split(" - ")[0]


if __name__ == "__main__":
    raise SystemExit(main())
