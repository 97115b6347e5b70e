"""Each page that opens for a past day says on top that it does; each other one opens as of today, and says that."""

import pytest
from flask import Flask

from kangjiansheng.core import pages
from kangjiansheng.travelling import STILL
from tests.permissions import table

DAY = "2026-10-31"


@pytest.mark.long
@pytest.mark.parametrize("who", ["executive", "secretary"])
def test_each_rewinds_or_says_that_it_does_not(app: Flask, client, who):  # type: ignore[no-untyped-def]
    table.furnish(app)
    reader, silent, seen = client(who), [], 0
    with app.app_context():
        asked = [
            (rule, arguments)
            for rule in app.url_map.iter_rules()
            if "GET" in (rule.methods or ()) and not rule.rule.startswith(("/static", "/api", "/sign-in"))
            for arguments in table.arguments(rule)
        ]
        with app.test_request_context():
            addresses = [(rule, app.url_for(rule.endpoint, **arguments)) for rule, arguments in asked]
        still = {rule.endpoint for rule, _ in asked if pages.shows_today(app, rule, STILL)}
    for rule, address in addresses:
        answer = reader.get(f"{address}{'&' if '?' in address else '?'}as_of={DAY}")
        if answer.status_code == 200 and answer.mimetype == "text/html" and "<h1" in answer.text:
            seen += 1
            if 'class="asof-banner"' not in answer.text:
                silent.append(f"{rule.rule} {address}")
        elif rule.endpoint in still and answer.status_code == 302:
            assert "as_of" not in answer.location
    assert seen > 30 and not silent, "\n".join(silent)
