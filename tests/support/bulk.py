"""Changing many milestones at once, as somebody does it on the pages."""

from typing import Any

from lxml import html

MOVE = {"act": "move", "days": "10", "unit": "day", "reason": "REGULATOR", "note": "审评排队"}


def listed(client: Any, query: str) -> list[dict[str, Any]]:
    """The milestones that the list shows."""
    return client.get(f"/api/v1/milestones?{query}").get_json()["data"]


def ticks(client: Any, query: str) -> list[str]:
    """The values of the ticks in the table, as the page carries them."""
    tree = html.document_fromstring(client.get(f"/milestones?{query}").get_data(as_text=True))
    return tree.xpath("//table//input[@name='row']/@value")


def look(client: Any, rows: list[str], query: str = "", **data: str) -> Any:
    """Ask what an act would do."""
    return client.post(f"/milestones/bulk?{query}", data={"row": rows, **data})


def consent(client: Any, preview: Any, **changed: str) -> Any:
    """Agree to what a preview shows."""
    tree = html.document_fromstring(preview.get_data(as_text=True))
    form = tree.xpath("//form[contains(@action,'/consent')]")[0]
    return client.post(form.get("action"), data=dict(form.form_values()) | changed)


def said(preview: Any) -> dict[str, str]:
    """Project and code → what the preview says of the row."""
    tree = html.document_fromstring(preview.get_data(as_text=True))
    found = {}
    for row in tree.xpath("//table[contains(@class,'bulk-t')]//tr[td]"):
        cells = [" ".join(" ".join(td.itertext()).split()) for td in row.xpath("td")]
        found[f"{cells[0]} {cells[1].split()[0]}"] = cells[2] if len(cells) > 2 else ""
    return found
