"""What each page costs beside its floor and beside a tenth of the data: `make bench [SIZE=full] [AGAINST=docs/bench.json]`.

Read the ratios, not the milliseconds: the page, its floor and the page over a tenth of the data take turns in this one
process, and CPU is that of one request in it. The usual is an application of the same libraries without the product's
own work (`usual.py`), for the lists and pages that it has. Seconds of the servers under load are those of this machine, now.
"""

import argparse
import itertools
import json
import logging
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from lxml import html

from kangjiansheng.core import clock
from tests.bench import engines, floor, load, memory, sizes, usual
from tests.support.app import PASSWORD, address
from tests.support.queries import queries_counted

PAGES = [
    ("executive", "/"),
    ("executive", "/projects"),
    ("executive", "/projects?sort=slip"),
    ("executive", "/projects/KJS-003"),
    ("executive", "/milestones"),
    ("executive", "/overview"),
    ("executive", "/search?q=淋巴瘤"),
    ("lead", "/my/milestones"),
    ("member", "/meetings/SAC-2026-04/minutes"),
    ("executive", "/meetings"),
    ("member", "/meetings"),
    ("member", "/meetings/BC-01-0004"),
    ("executive", "/decisions"),
    ("executive", "/actions"),
    ("executive", "/api/v1/meetings?limit=50"),
    ("executive", "/api/v1/decisions?limit=50"),
]
SAVE = "/projects/KJS-003/milestones/A140/update"
WARM = 12  # times: PostgreSQL plans a statement for all values when it has been asked some ten times
HEADS = ["page", "CPU ms", "floor", "ratio", "p95 ratio", "10× data", "usual", "to usual", "statements", "kB"]


def client(app: Any, short: str) -> FlaskClient:
    """One of the cast, signed in."""
    made: FlaskClient = app.test_client()
    made.post("/sign-in", data={"email": address(short), "password": PASSWORD})
    return made


def timed(act: Callable[[], Any], elsewhere: load.Meter, *, wanted: int = 200) -> float:
    """CPU milliseconds of one request, with those of the database's server. What reading its meter costs is left out."""
    before = elsewhere() + time.process_time()
    answer = act()
    spent = time.process_time() + elsewhere() - before
    if answer.status_code != wanted:
        raise SystemExit(f"{answer.request.path} answered {answer.status_code}")
    return spent * 1000


def taking_turns(acts: Sequence[Callable[[], float]], repeats: int) -> list[list[float]]:
    """The costs of each, measured one after another, again and again; the first of each warms up."""
    for act in acts:
        act()
    return [list(column) for column in zip(*[[act() for act in acts] for _ in range(repeats)], strict=True)]


def p95(values: Sequence[float]) -> float:
    """Of twenty the second largest."""
    return sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)]


def told(
    page: list[float],
    ground: list[float],
    tenth: list[float] | None,
    common: list[float] | None,
    **more: Any,
) -> dict[str, Any]:
    """What is kept of a page beside its floor, itself over a tenth of the data, and the usual."""
    median, below = statistics.median(page), statistics.median(ground)
    return {
        "cpu_ms": round(median, 1),
        "floor_ms": round(below, 1),
        "ratio": round(median / below, 2),
        "ratio_p95": round(p95(page) / p95(ground), 2),
        "ratio_to_tenth": round(median / statistics.median(tenth), 2) if tenth else None,
        "usual_ms": round(statistics.median(common), 1) if common else None,
        "ratio_to_usual": round(median / statistics.median(common), 2) if common else None,
        **more,
    }


def saving(reader: FlaskClient, elsewhere: load.Meter) -> Callable[[], float]:
    """Somebody moves a date, again and again; the form is opened before the clock starts."""
    numbers = itertools.count()

    def save() -> float:
        form = html.document_fromstring(reader.get(SAVE.replace("update", "edit")).text)
        version = form.xpath("//form[contains(@action, '/update')]//input[@name='version']/@value")[0]
        number = next(numbers)
        day = clock.today() + timedelta(days=60 + number % 500)
        data = {
            "choice": "will_slip",
            "date": day.isoformat(),
            "reason": "REGULATOR",
            "note": f"第 {number} 次",
        }
        return timed(partial(reader.post, SAVE, data=data | {"version": version}), elsewhere, wanted=303)

    return save


def in_one_process(
    apps: list[Any], ground: Any, common: Any, repeats: int, elsewhere: load.Meter
) -> dict[str, dict[str, Any]]:
    """Each page of the product, over all and over a tenth, its floor and the usual where it has such a page."""
    found = {}
    bare, like = ground.test_client(), common.test_client()
    for who, path in PAGES:
        name = path if path not in found else f"{path}, {who}"
        readers = [client(app, who) for app in apps]
        for reader in readers * WARM:
            reader.get(path)
        with queries_counted() as seen:
            answer = readers[0].get(path, headers={"Accept-Encoding": "gzip"})
        asked = [bare, *readers]
        beside = [like] if like.get(path).status_code == 200 else []
        costs = taking_turns(
            [partial(timed, partial(one.get, path), elsewhere) for one in asked + beside], repeats
        )
        found[name] = _sorted_out(
            costs, len(apps) > 1, bool(beside), statements=len(seen), bytes=len(answer.data)
        )
    writers = [saving(client(app, "lead"), elsewhere) for app in apps]
    moved = {"date": "2027-03-01", "note": "审评排队"}
    on_the_floor, in_the_usual = (
        partial(timed, partial(one.post, SAVE, data=moved), elsewhere, wanted=303) for one in (bare, like)
    )
    costs = taking_turns([on_the_floor, *writers, in_the_usual], repeats)
    found[f"POST {SAVE}"] = _sorted_out(costs, len(apps) > 1, True)
    return found


def _sorted_out(costs: list[list[float]], has_tenth: bool, has_usual: bool, **more: Any) -> dict[str, Any]:
    """The floor comes first, then the product, then what there is."""
    tenth = costs[2] if has_tenth else None
    return told(costs[1], costs[0], tenth, costs[-1] if has_usual else None, **more)


def printed(found: dict[str, Any], before: dict[str, Any]) -> None:
    """The tables; beside the ratio that of the last release, when it is given."""
    print(("{:<44}" + "{:>11}" * 9).format(*HEADS) + ("   ratio before" if before else ""))
    for path, one in found["pages"].items():
        keys = (
            "cpu_ms",
            "floor_ms",
            "ratio",
            "ratio_p95",
            "ratio_to_tenth",
            "usual_ms",
            "ratio_to_usual",
            "statements",
        )
        cells = ["" if one.get(key) is None else str(one[key]) for key in keys]
        cells.append(str(round(one["bytes"] / 1000)) if "bytes" in one else "")
        was = before.get("pages", {}).get(path)
        print(
            f"{path:<44}" + "".join(f"{cell:>11}" for cell in cells) + (f"{was['ratio']:>15}" if was else "")
        )
    if "load" in found:
        print(
            f"\n{'under load':<44}{'clients':>11}{'p50 ms':>11}{'p95 ms':>11}{'a second':>11}{'CPU ms':>11}{'floor CPU':>11}"
        )
    for one in found.get("load", ()):
        product, ground = one["product"], one["floor"]
        cells = (
            one["clients"],
            product["p50_ms"],
            product["p95_ms"],
            product["a_second"],
            product["cpu_ms"],
            ground["cpu_ms"],
        )
        print(f"{one['page']:<44}" + "".join(f"{cell:>11}" for cell in cells))
    for one in found.get("saves", ()):
        product, ground = one["product"], one["floor"]
        print(
            f"a save with {one['writers']} writers: p50 {product['p50_ms']} ms, p95 {product['p95_ms']} ms,"
            f" {product['a_second']} a second; floor {ground['p50_ms']}, {ground['p95_ms']}, {ground['a_second']};"
            f" ratio {one['ratio']}"
        )
    if found.get("screens"):
        print(
            ("\n{:<44}" + "{:>11}" * 6).format(
                "first screen", "kB", "scripts", "Plotly", "paint ms", "shift", "script ms"
            )
        )
    for one in found.get("screens", ()):
        print(f"{one['page']:<44}" + "".join(f"{value:>11}" for key, value in one.items() if key != "page"))
    if "memory_mb" in found:
        print(f"\nlargest process after that: {found['memory_mb']} MB")


def measured(engine: engines.Engine, asked: argparse.Namespace) -> dict[str, Any]:
    """All that is measured over an engine."""
    places = [engine.place(size) for size in (asked.size, sizes.BEFORE.get(asked.size)) if size]
    beside = engine.place(asked.size, "floor")
    apps = [sizes.application(place) for place in places]
    found = {
        "size": asked.size,
        "engine": engines.WORDS[asked.engine],
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}, {engine.name}",
        "pages": in_one_process(
            apps, floor.create(beside.url), usual.create(beside.url), asked.repeats, engine.spent
        ),
    }
    if asked.seconds:
        found |= load.measure(places[0], beside, PAGES, asked.seconds, engine.spent)
    return found


def main() -> None:
    """Build what is missing, measure, print and write."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--size", choices=list(sizes.PROJECTS), default="tenth")
    parser.add_argument("--engine", choices=list(engines.WORDS), default="sqlite")
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=2, help="of load on each page; 0 for none")
    parser.add_argument(
        "--memory", action="store_true", help="measure nothing but the memory of the processes"
    )
    parser.add_argument("--against", type=Path, help="the figures of the last release")
    parser.add_argument("--json", type=Path, help="where the figures are written")
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    before = json.loads(asked.against.read_text("utf-8")) if asked.against else {}
    if before and (before["size"], before.get("engine", "SQLite")) != (
        asked.size,
        engines.WORDS[asked.engine],
    ):
        raise SystemExit(f"{asked.against} was measured at the size {before['size']}, {before.get('engine')}")
    with tempfile.TemporaryDirectory() as made, engines.started(asked.engine, Path(made)) as engine:
        if asked.memory:
            memory.printed(memory.measure(engine.place(asked.size), PAGES))
            return
        found = measured(engine, asked)
    printed(found, before)
    if asked.json:
        asked.json.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
