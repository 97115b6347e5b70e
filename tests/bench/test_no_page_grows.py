"""No page grows with the portfolio, the meetings and the people: `pytest -m soak tests/bench/test_no_page_grows.py -s`.

Every page of the tour is weighed, and its statements are counted, over the demonstration and over a hundred times as
many projects, meetings and people. Lists show a part and lead to the rest: a page of thousands of rows helps nobody.
"""

import pytest

from tests.support import full, full_meetings
from tests.support.queries import queries_counted
from tests.support.tour import PAGES

pytestmark = pytest.mark.soak

MORE = 250_000  # characters that a page may weigh more: fifty rows with all that can be done to them, as HTML
CHOICES = 200_000  # more where a form offers every project or every person in a field
OFFERING = ("/new", "/edit", "/decisions", "/scenarios/", "/milestones")
STATEMENTS = 2  # more; the first answer of a process is not counted


def weighed(client):  # type: ignore[no-untyped-def]
    """Of each page that opens: its characters and its statements."""
    found = {}
    for who, path in dict.fromkeys(PAGES):
        if who == "nobody":
            continue
        reader = client(who)
        if reader.get(path).status_code == 200:
            with queries_counted() as seen:
                answer = reader.get(path)
            found[who, path] = len(answer.get_data(as_text=True)), len(seen)
    return found


def test_pages_over_a_hundred_times_as_much_are_about_as_long(app, client):
    before = weighed(client)
    with app.app_context():
        full.fill(full.Size(projects=2000, milestones=6, entries=2))
        full_meetings.fill(full_meetings.Size(meetings=2000, people=1000))
    after = weighed(client)
    grown = {
        key: (before[key], after[key])
        for key in before.keys() & after.keys()
        if after[key][0] > before[key][0] + MORE + (CHOICES if any(p in key[1] for p in OFFERING) else 0)
        or after[key][1] > before[key][1] + STATEMENTS
    }
    for key, (was, now) in sorted(grown.items(), key=lambda one: -one[1][1][0]):
        print(*key, was, now)
    assert len(before.keys() & after.keys()) > 100
    assert not grown
