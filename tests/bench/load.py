"""The product and the floor as servers of two processes each, asked by 1, 4 and 16 clients that wait for each answer,
and written to by 1 and 20, each of whom moves a milestone of a project of its own."""

import http.client
import itertools
import os
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from lxml import html
from sqlalchemy import create_engine, text

from kangjiansheng.core import clock
from tests.bench.screens import measure as first_screens
from tests.bench.sizes import Place
from tests.support.app import PASSWORD, address
from tests.support.server import Server, free_port

CLIENTS = (1, 4, 16)
WRITERS = (1, 20)
FLOOR = "floor=key"  # the cookie of whoever asks the floor
WORKERS = 2
Meter = Callable[[], float]  # seconds of CPU up to now
_numbers = itertools.count()
_TICK = os.sysconf("SC_CLK_TCK")


def measure(
    product: Place, ground: Place, pages: list[tuple[str, str]], seconds: float, elsewhere: Meter
) -> dict[str, Any]:
    """Each page with each number of clients, by turns; and the memory of the product's largest process. `elsewhere` is the
    CPU of the database's server."""
    found, saves = [], []
    places = given_to("lead", product.url)
    with served(product) as (port, pid), _floor(ground) as (floor_port, floor_pid):
        cookies = {who: signed_in(port, who) for who in {who for who, _path in pages}}
        for who, path in pages:
            quoted = urllib.parse.quote(path, safe="/?=&")
            for number in CLIENTS:
                said = {"page": path, "clients": number}
                said["product"] = _asked(port, pid, quoted, cookies[who], number, seconds, elsewhere)
                said["floor"] = _asked(floor_port, floor_pid, quoted, FLOOR, number, seconds, elsewhere)
                found.append(said)
        for number in WRITERS:
            said = {"writers": number}
            said["product"] = written(port, cookies["lead"], places[:number], seconds)
            said["floor"] = written(floor_port, FLOOR, places[:number], seconds)
            said["ratio"] = round(said["product"]["p50_ms"] / said["floor"]["p50_ms"], 2)
            saves.append(said)
        shown = [(who, path) for who, path in pages if not path.startswith("/api/")]
        screens = first_screens(f"http://127.0.0.1:{port}", cookies, shown)
        memory = max(_resident(one) for one in family(pid))
    return {"load": found, "saves": saves, "screens": screens, "memory_mb": memory // 1000}


def given_to(who: str, url: str) -> list[str]:
    """An open milestone in each of some of the projects that were filled in, which one of the cast leads from now on."""
    found, engine = [], create_engine(url)
    with engine.begin() as connection:
        person = connection.scalar(
            text("SELECT id FROM person WHERE email = :email"), {"email": address(who)}
        )
        rows = connection.execute(
            text("SELECT p.id, p.code, min(m.code) FROM project p JOIN plan ON plan.project_id = p.id JOIN milestone m"
                 " ON m.plan_id = plan.id AND m.state = 'open' AND m.kind = 'milestone' WHERE p.code LIKE 'BIG-%'"
                 " AND p.archived_at IS NULL AND p.status IN ('ACTIVE', 'AT_RISK') GROUP BY p.id, p.code"
                 " ORDER BY p.code LIMIT :most"),
            {"most": max(WRITERS)},
        )  # fmt: skip
        for project, code, milestone in rows.all():
            connection.execute(
                text("INSERT INTO project_member (project_id, person_id, role, valid_from)"
                     " VALUES (:project, :person, 'lead', :since)"),
                {"project": project, "person": person, "since": date(2026, 1, 1)},
            )  # fmt: skip
            found.append(f"/projects/{code}/milestones/{milestone}/update")
    engine.dispose()
    return found


def written(port: int, cookie: str, places: list[str], seconds: float) -> dict[str, float]:
    """Each writer moves its milestone until the time is over. The forms are opened before: nobody else writes to these
    milestones, and each save counts their version up by one."""
    forms = [({}, cookie) if cookie == FLOOR else _opened(port, one, cookie) for one in places]

    def write(path: str, opened: tuple[dict[str, str], str]) -> list[float]:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        fields, known = opened
        heads = {"Cookie": known, "Content-Type": "application/x-www-form-urlencoded"}
        version, times = int(fields.get("version", 0)), []
        while not times or time.perf_counter() < until:
            number = next(_numbers)  # a promise of the same day again would be refused
            day = (clock.today() + timedelta(days=400 + number)).isoformat()
            data = {"choice": "will_slip", "date": day, "reason": "REGULATOR", "note": f"第 {number} 次"}
            sent = urllib.parse.urlencode(data | fields | {"version": str(version + len(times))})
            begun = time.perf_counter()
            line.request("POST", path, sent, heads)
            answer = line.getresponse()
            answer.read()
            if answer.status != 303:
                raise SystemExit(f"POST {path} answered {answer.status}")
            times.append(time.perf_counter() - begun)
        line.close()
        return times

    begun = time.perf_counter()
    until = begun + seconds
    with ThreadPoolExecutor(len(places)) as pool:
        times = sorted(one for found in pool.map(write, places, forms) for one in found)
    return _told(times, time.perf_counter() - begun)


def _opened(port: int, place: str, cookie: str) -> tuple[dict[str, str], str]:
    """What a form carries without being seen, its token and the version it was opened on, and the cookie that goes
    with it."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    line.request("GET", place.replace("/update", "/edit"), headers={"Cookie": cookie})
    answer = line.getresponse()
    (form,) = html.document_fromstring(answer.read().decode()).xpath("//form[contains(@action, '/update')]")
    line.close()
    fields = {name: form.xpath(f".//input[@name='{name}']/@value")[0] for name in ("csrf_token", "version")}
    return fields, _cookie(answer) or cookie


@contextmanager
def served(at: Place) -> Iterator[tuple[int, int]]:
    server = Server(at.folder, at.url, workers=WORKERS, worker=False)
    server.start()
    assert server.process is not None
    try:
        yield server.port, server.process.pid
    finally:
        server.stop()


@contextmanager
def _floor(at: Place) -> Iterator[tuple[int, int]]:
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
    made = f"tests.bench.floor:create('{at.url}')"
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


def signed_in(port: int, who: str) -> str:
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


def _asked(
    port: int, pid: int, path: str, cookie: str, number: int, seconds: float, elsewhere: Meter
) -> dict[str, float]:
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
    before, begun = _spent(pid) + elsewhere(), time.perf_counter()
    with ThreadPoolExecutor(number) as pool:
        times = sorted(t for one in pool.map(ask, [begun + seconds] * number) for t in one)
    took, spent = time.perf_counter() - begun, _spent(pid) + elsewhere() - before
    return _told(times, took) | {"cpu_ms": round(spent / len(times) * 1000, 1)}


def _told(times: list[float], took: float) -> dict[str, float]:
    return {
        "p50_ms": round(statistics.median(times) * 1000, 1),
        "p95_ms": round(times[max(0, -(-len(times) * 95 // 100) - 1)] * 1000, 1),
        "a_second": round(len(times) / took, 1),
    }


def family(pid: int) -> list[int]:
    """A process and all that it started."""
    found = [pid]
    for one in found:
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            with suppress(OSError):  # it has ended meanwhile
                found += [int(child) for child in children.read_text().split()]
    return found


def _spent(pid: int) -> float:
    """Seconds of CPU of a family."""
    fields = [Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in family(pid)]
    return sum(int(one[11]) + int(one[12]) for one in fields) / _TICK


def _resident(pid: int) -> int:
    """Kilobytes of memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])
