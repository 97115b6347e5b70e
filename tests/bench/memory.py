"""How much memory the processes of a server hold: `make bench MEMORY=1 [SIZE=full]`.

After the start, after each key page asked by sixteen clients at once (over lines of their own: any process may answer
each), after twenty writers, after all pages again, and when it has rested. Three figures of each process
that answers, from the system's own account of its pages:

- RSS counts every page that the process can reach, those that it shares with its parent and the others in full;
- PSS counts a shared page in parts, one for each who shares it: added over all processes it is what they really hold;
- USS counts only what no other has: what ends with the process.
"""

import http.client
import time
import urllib.parse
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from kangjiansheng.serving import REST
from tests.bench import load
from tests.bench.sizes import Place

TIMES = 6  # that each client asks for each page
KINDS = ("rss", "pss", "uss")


def measure(
    product: Place, pages: Sequence[tuple[str, str]], rest: float = 1.5 * REST
) -> list[dict[str, Any]]:
    """What each process holds at each step, in megabytes."""
    places = load.given_to("lead", product.url)
    with load.served(product) as (port, pid):
        found = [_told("the start", pid)]
        cookies = {who: load.signed_in(port, who) for who in {who for who, _path in pages}}
        for who, path in pages:
            asked(port, path, cookies[who])
            found.append(_told(path, pid))
        load.written(port, cookies["lead"], places, 5)
        found.append(_told("saves by twenty", pid))
        for who, path in pages:
            asked(port, path, cookies[who])
        found.append(_told("all pages again", pid))
        time.sleep(rest)
        found.append(_told("a rest", pid))
    return found


def asked(port: int, path: str, cookie: str) -> None:
    """As many clients as `load` has at most ask for a page at once."""
    number = max(load.CLIENTS)
    with ThreadPoolExecutor(number) as pool:
        list(pool.map(partial(_ask, port, urllib.parse.quote(path, safe="/?=&")), [cookie] * number))


def _ask(port: int, path: str, cookie: str) -> None:
    for _time in range(TIMES):
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        line.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
        answer = line.getresponse()
        answer.read()
        line.close()
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}")


def _told(step: str, parent: int) -> dict[str, Any]:
    first, *answering = load.family(parent)
    return {"step": step, "parent": held(first), "answering": [held(one) for one in answering]}


def held(pid: int) -> dict[str, int]:
    """RSS, PSS and USS of a process, in megabytes."""
    rows = (line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    kilobytes = {name.rstrip(":"): int(number) for name, number, _unit in rows}
    uss = kilobytes["Private_Clean"] + kilobytes["Private_Dirty"]
    return {"rss": kilobytes["Rss"] // 1000, "pss": kilobytes["Pss"] // 1000, "uss": uss // 1000}


def printed(found: Sequence[dict[str, Any]]) -> None:
    """The table: of the processes that answer the largest by each figure; the parent's; and the sum of PSS."""
    heads = [*KINDS, *(f"parent {kind}" for kind in KINDS), "sum of pss"]
    print(f"{'MB after':<44}" + "".join(f"{head:>12}" for head in heads))
    for one in found:
        largest = [max(process[kind] for process in one["answering"]) for kind in KINDS]
        sum_ = sum(process["pss"] for process in [one["parent"], *one["answering"]])
        cells = [*largest, *one["parent"].values(), sum_]
        print(f"{one['step']:<44}" + "".join(f"{cell:>12}" for cell in cells))
