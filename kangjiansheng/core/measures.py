"""What is counted for operators: requests and statements of all processes of a server, for Prometheus.

No label holds a path, a name or a word of anybody: a floor, a method and a class of status are all.
"""

import os
import time
from collections.abc import Iterator
from typing import Any

from flask import Flask, Response, g, has_request_context, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import Engine, event

from kangjiansheng.core.logs import log

TOGETHER = "PROMETHEUS_MULTIPROC_DIR" in os.environ  # set by `serve`: several processes count in one folder
SECONDS = (0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15)
OWN = CollectorRegistry()
REQUESTS = Counter(
    "kangjiansheng_requests",
    "Requests that were answered.",
    ("floor", "method", "status"),
    registry=OWN,
)
TOOK = Histogram(
    "kangjiansheng_request_seconds",
    "From the first byte of a request to its answer.",
    ("floor",),
    buckets=SECONDS,
    registry=OWN,
)
STATEMENTS = Counter(
    "kangjiansheng_statements", "Statements that requests sent to the database.", ("floor",), registry=OWN
)
SLOW = Counter(
    "kangjiansheng_slow_statements", "Statements that took longer than KJS_SLOW_QUERY.", registry=OWN
)


def gone(pid: int) -> None:
    """A process has ended: what it counted stays."""
    if TOGETHER:
        multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]


def init_app(app: Flask) -> None:
    """Count each request and each of its statements; statements of commands and jobs are only looked at for slowness."""
    app.after_request(_end)
    with app.app_context():
        from kangjiansheng.core.db import db

        watch(db.engine, app.config["SETTINGS"].slow_query)


def _end(response: Response) -> Response:
    if "began" not in g:
        return response
    floor = request.blueprint or "none"
    REQUESTS.labels(
        floor, request.method if request.url_rule else "any", f"{response.status_code // 100}xx"
    ).inc()
    TOOK.labels(floor).observe(time.perf_counter() - g.began)
    STATEMENTS.labels(floor).inc(g.asked[0])
    return response


def watch(engine: Engine, slow: int) -> None:
    """Time each statement of an engine; one that takes longer than `slow` milliseconds is logged, without its values."""

    def before(_connection: Any, _cursor: Any, _text: str, _values: Any, context: Any, _many: bool) -> None:
        context.began = time.perf_counter()

    def after(_connection: Any, _cursor: Any, text: str, _values: Any, context: Any, _many: bool) -> None:
        took = time.perf_counter() - context.began
        if has_request_context() and "asked" in g:
            g.asked[0] += 1
            g.asked[1] += took
        if took * 1000 >= slow:
            SLOW.inc()
            facts = {
                "ms": round(took * 1000),
                "statement": " ".join(text.split())[:2000],
                "id": _request_id(),
            }
            log.warning("slow statement", extra={"facts": facts})

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)


def _request_id() -> str | None:
    return g.get("request_id") if has_request_context() else None


def exposition(gauges: dict[str, tuple[str, float]]) -> bytes:
    """All figures as Prometheus reads them; `gauges` maps the name of a state to its help and its value."""
    registry = CollectorRegistry()
    registry.register(_States(gauges))
    if TOGETHER:
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
    return generate_latest(registry) + generate_latest(OWN)


class _States:
    """States of the installation, read once for one answer."""

    def __init__(self, gauges: dict[str, tuple[str, float]]) -> None:
        self.gauges = gauges

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One family for each state."""
        for name, (said, value) in self.gauges.items():
            yield GaugeMetricFamily(f"kangjiansheng_{name}", said, value)
