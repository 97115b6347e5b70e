"""A sheet on its way: taken along, edited cell by cell, sent back, and worked off as the worker would."""

import io
import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from kangjiansheng.app import handlers
from kangjiansheng.core import queue
from kangjiansheng.core.workbooks import read
from tests.support.workbooks import xlsx

HEADS = [
    "project", "project_name", "milestone", "name", "status", "baseline", "plan", "forecast", "proposed", "actual",
    "state", "owner", "reason", "note", "illustrative", "mark",
]  # fmt: skip
Grid = list[list[Any]]


def grid_of(data: bytes) -> Grid:
    """The first sheet of a file as rows of values."""
    sheet = read(data).sheets[0]
    width = max(max(row.cells) for row in sheet.rows) + 1
    return [[row.cells[n].value if n in row.cells else None for n in range(width)] for row in sheet.rows]


def change(grid: Grid, project: str, code: str, **values: Any) -> str:
    """Put values into the row of a milestone; returns the number of that row."""
    for number, row in enumerate(grid, 1):
        if (row[0], row[2]) == (project, code):
            for key, value in values.items():
                row[HEADS.index(key)] = value
            return str(number)
    raise AssertionError(f"{project} {code} is not in the sheet")


def taken_along(client: Any, query: str = "") -> Grid:
    """The editable sheet as this person gets it."""
    return grid_of(client.get(f"/milestones/sheet.xlsx{query}").data)


def send(client: Any, data: bytes | Grid, name: str = "里程碑.xlsx") -> str:
    """Upload; the address of the batch."""
    content = data if isinstance(data, bytes) else xlsx(data)
    file = FileStorage(io.BytesIO(content), filename=name)
    boundary, body = encode_multipart({"file": file})  # large ones would leave a temporary file open
    kind = f'multipart/form-data; boundary="{boundary}"'
    answer = client.post("/milestones/import", data=body, content_type=kind)
    assert answer.status_code == 303, answer.get_data(as_text=True)[-3000:]
    return str(answer.location)


def work(app: Flask, worker: str = "worker") -> int:
    """Do what waits, as the worker does; how many tasks that were."""
    count = 0
    with app.app_context():
        while queue.run_one(handlers(), worker):
            count += 1
    return count


def checked(app: Flask, client: Any, data: bytes | Grid, name: str = "里程碑.xlsx") -> str:
    """Upload and let it be read; the address of the dry run."""
    address = send(client, data, name)
    work(app)
    return address


def consent(client: Any, address: str, **values: Any) -> Any:
    """Consent with the ticks as the page shows them."""
    text = client.get(address).get_data(as_text=True)
    seen = re.findall(r'name="seen" value="(\d+)"', text)
    ticked = re.findall(r'name="accept" value="(\d+)"[^>]*checked', text)
    return client.post(f"{address}/consent", data={"seen": seen, "accept": ticked, **values})


def imported(app: Flask, client: Any, data: bytes | Grid, **values: Any) -> str:
    """The whole way: the address of the batch when it is written."""
    address = checked(app, client, data)
    answer = consent(client, address, **values)
    assert answer.status_code == 303, answer.get_data(as_text=True)[-3000:]
    work(app)
    return address


Way = Callable[..., str]
