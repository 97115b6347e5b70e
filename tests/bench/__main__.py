"""What each page costs over little data and over much, in one run: `make bench [TIMES=20]`.

The two databases take turns, since one machine differs from minute to minute: read the ratio, not the
milliseconds. CPU is that of one request in this process; the medians of the repeats are shown.
"""

import argparse
import logging
import os
import statistics
import tempfile
import time
from pathlib import Path

os.environ["KJS_TEST_CHEAP_HASH"] = "1"

from flask import Flask
from flask.testing import FlaskClient

from kangjiansheng import demonstration, starting
from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.core import schema
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects.operations import imports
from kangjiansheng.projects.queries.imports import compare
from tests.support import scale
from tests.support.app import PASSWORD, address, make, settings_for
from tests.support.queries import queries_counted

PAGES = [
    ("executive", "/overview"),
    ("executive", "/overview?as_of=2026-06-30"),
    ("executive", "/projects"),
    ("executive", "/milestones"),
    ("executive", "/milestones?view=timeline"),
    ("executive", "/projects/KJS-003"),
    ("executive", "/labs/JL-01"),
    ("executive", "/search?q=淋巴瘤"),
    ("executive", "/api/v1/projects"),
    ("lead", "/"),
    ("lead", "/my/milestones"),
    ("member", "/meetings/SAC-2026-04/minutes"),
]


def application(folder: Path, times: int) -> Flask:
    """The product over the demonstration and `times` further copies of its portfolio."""
    folder.mkdir(parents=True)
    url = f"sqlite:///{folder / 'bench.db'}"
    schema.upgrade(url)
    app = make(settings_for(folder, url))
    with app.app_context():
        starting.load_reference()
        demonstration.load()
        if times:
            with writing():
                files = scale.write(folder / "portfolio", times).glob("*.csv")
                imports.apply(compare({path.name: path.read_bytes() for path in files}), actor=system_actor())
    return app


def client(app: Flask, short: str) -> FlaskClient:
    """One of the cast, signed in."""
    made = app.test_client()
    made.post("/sign-in", data={"email": address(short), "password": PASSWORD})
    return made


def cost(reader: FlaskClient, path: str) -> float:
    """CPU milliseconds of one request."""
    before = time.process_time()
    answer = reader.get(path)
    spent = time.process_time() - before
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")
    return spent * 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--times", type=int, default=10, help="how many copies of the 20 projects are added")
    parser.add_argument("--repeats", type=int, default=15)
    asked = parser.parse_args()
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory() as folder:
        apps = [application(Path(folder, str(times)), times) for times in (0, asked.times)]
        print(f"{'page':<42}{'statements':>12}{'CPU ms':>10}{f'CPU ms +{asked.times}×':>16}{'ratio':>8}")
        for who, path in PAGES:
            readers = [client(app, who) for app in apps]
            counted = []
            for reader in readers:
                cost(reader, path)
                with queries_counted() as seen:
                    cost(reader, path)
                counted.append(len(seen))
            rounds = [[cost(reader, path) for reader in readers] for _ in range(asked.repeats)]
            small, large = (statistics.median(column) for column in zip(*rounds, strict=True))
            statements = "/".join(str(n) for n in dict.fromkeys(counted))
            print(f"{who + ' ' + path:<42}{statements:>12}{small:>10.1f}{large:>16.1f}{large / small:>8.1f}")


if __name__ == "__main__":
    main()
