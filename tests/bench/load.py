"""The product and the floor as servers of two processes each, asked by 1, 4 and 16 clients that wait for each answer."""

import http.client
import os
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lxml import html

from tests.bench import sizes
from tests.support.app import PASSWORD, address
from tests.support.server import Server, free_port

CLIENTS = (1, 4, 16)
WORKERS = 2
_TICK = os.sysconf("SC_CLK_TCK")


def measure(product: Path, ground: Path, pages: list[tuple[str, str]], seconds: float) -> dict[str, Any]:
    """Each page with each number of clients, by turns; and the memory of the product's largest process."""
    found = []
    with _product(product) as (port, pid), _floor(ground) as (floor_port, floor_pid):
        cookies = {who: _signed_in(port, who) for who in {who for who, _path in pages}}
        for who, path in pages:
            quoted = urllib.parse.quote(path, safe="/?=&")
            for number in CLIENTS:
                said = {"page": path, "clients": number}
                said["product"] = _asked(port, pid, quoted, cookies[who], number, seconds)
                said["floor"] = _asked(floor_port, floor_pid, quoted, "floor=key", number, seconds)
                found.append(said)
        memory = max(_resident(one) for one in _family(pid))
    return {"load": found, "memory_mb": memory // 1000}


@contextmanager
def _product(folder: Path) -> Iterator[tuple[int, int]]:
    server = Server(folder, sizes.address(folder), workers=WORKERS, worker=False)
    server.start()
    assert server.process is not None
    try:
        yield server.port, server.process.pid
    finally:
        server.stop()


@contextmanager
def _floor(folder: Path) -> Iterator[tuple[int, int]]:
    port = free_port()
    options = [
        "-w",
        str(WORKERS),
        "-k",
        "gthread",
        "--threads",
        "8",
        "--keep-alive",
        "30",
        "-b",
        f"127.0.0.1:{port}",
    ]
    made = f"tests.bench.floor:create('{sizes.address(folder)}')"
    process = subprocess.Popen([sys.executable, "-m", "gunicorn", "--log-level", "error", *options, made])
    try:
        for _try in range(100):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/projects", timeout=2).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(15)


def _signed_in(port: int, who: str) -> str:
    """The cookie of one of the cast."""
    line = http.client.HTTPConnection("127.0.0.1", port)
    line.request("GET", "/sign-in")
    first = line.getresponse()
    page, cookie = first.read().decode(), _cookie(first)
    token = html.document_fromstring(page).xpath("//input[@name='csrf_token']/@value")[0]
    body = urllib.parse.urlencode({"email": address(who), "password": PASSWORD, "csrf_token": token})
    heads = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    line.request("POST", "/sign-in", body, heads)
    answer = line.getresponse()
    answer.read()
    if answer.status not in (302, 303):
        raise SystemExit(f"{who} could not sign in: {answer.status}")
    return _cookie(answer)


def _cookie(answer: http.client.HTTPResponse) -> str:
    return "; ".join(one.partition(";")[0] for one in answer.headers.get_all("Set-Cookie", []))


def _asked(port: int, pid: int, path: str, cookie: str, number: int, seconds: float) -> dict[str, float]:
    """Clients ask for a page until the time is over; at least once each."""

    def ask(until: float) -> list[float]:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        times = []
        while not times or time.perf_counter() < until:
            begun = time.perf_counter()
            line.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
            answer = line.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"{path} answered {answer.status}")
            times.append(time.perf_counter() - begun)
        line.close()
        return times

    ask(0)
    before, begun = _spent(pid), time.perf_counter()
    with ThreadPoolExecutor(number) as pool:
        times = sorted(t for one in pool.map(ask, [begun + seconds] * number) for t in one)
    took, spent = time.perf_counter() - begun, _spent(pid) - before
    return {
        "p50_ms": round(statistics.median(times) * 1000, 1),
        "p95_ms": round(times[max(0, -(-len(times) * 95 // 100) - 1)] * 1000, 1),
        "a_second": round(len(times) / took, 1),
        "cpu_ms": round(spent / len(times) * 1000, 1),
    }


def _family(pid: int) -> list[int]:
    """A process and all that it started."""
    found = [pid]
    for one in found:
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            found += [int(child) for child in children.read_text().split()]
    return found


def _spent(pid: int) -> float:
    """Seconds of CPU of a family."""
    fields = [Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in _family(pid)]
    return sum(int(one[11]) + int(one[12]) for one in fields) / _TICK


def _resident(pid: int) -> int:
    """Kilobytes of memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])
