"""The list of components is that of the locks, and what is older than two years is so for a reason."""

import json
import re
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[2]
OLDEST = timedelta(days=730)
# A release that is older, and why it stands: nothing newer is published, and what it does is finished.
OLD = {
    "@popperjs/core": "what Bootstrap asks for; its successor has another name and interface",
    "blinker": "signals, finished; kept by the makers of Flask",
    "defusedxml": "guards over the parsers of Python, finished",
    "flask-babel": "over Babel, which is kept up; what we need of it is small",
    "flask-login": "over sessions that are our own; what we need of it is small",
    "flask-sqlalchemy": "over SQLAlchemy, which is kept up",
    "itsdangerous": "signs cookies, finished; kept by the makers of Flask",
    "mdurl": "reads addresses for markdown-it-py, finished",
    "python-pptx": "writes slides; reads nothing that others bring",
}


def test_the_list_is_that_of_the_locks_and_nothing_is_old_without_a_reason() -> None:
    listed = json.loads((ROOT / "docs" / "components.json").read_text("utf-8"))
    python = re.findall(
        r"^([a-z0-9.-]+)(?:\[\S+\])?==([^\s;]+)",
        (ROOT / "requirements.lock").read_text("utf-8"),
        re.MULTILINE,
    )
    front = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    locked = {f"pkg:pypi/{name}@{version}" for name, version in python}
    locked |= {
        f"pkg:npm/{path.removeprefix('node_modules/').replace('@', '%40')}@{one['version']}"
        for path, one in front.items()
        if path
    }
    assert {one["purl"] for one in listed["components"]} == locked, (
        "python -m tests.components writes it anew"
    )
    assert all(one["licenses"] for one in listed["components"])
    made = date.fromisoformat(listed["metadata"]["timestamp"][:10])
    old = {
        one["name"]
        for one in listed["components"]
        if made - date.fromisoformat(one["properties"][0]["value"]) > OLDEST
    }
    assert old == set(OLD)
