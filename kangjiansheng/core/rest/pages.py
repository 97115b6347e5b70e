"""The description of the interface: for programs as OpenAPI, for people as a page."""

from typing import Any

from flask import current_app, make_response
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core.access import of_any_part, part_of, signed_in
from kangjiansheng.core.pages import of_today, page
from kangjiansheng.core.rest import describing
from kangjiansheng.core.rest.acts import PREFIX, Acts, bp
from kangjiansheng.core.rest.words import refuse_unknown


@bp.get(f"{PREFIX}/openapi.json")
@signed_in
@of_any_part
def openapi() -> Response:
    """This description."""
    refuse_unknown(())
    return make_response(describing.document(current_app))


@bp.get("/api")
@of_today
@signed_in
def about() -> Response:
    """How a program comes in, what it may read and do, and what stays with people."""
    parts = {
        "projects": _("项目与里程碑"),
        "labs": _("机构、协议与实验室"),
        "committee": _("委员会与会议"),
        "overview": _("总览、人员与通知"),
    }
    rows = _rows()
    return page(
        "api.html",
        base=current_app.config["SETTINGS"].base_url,
        parts=[(key, label, rows.get(key, [])) for key, label in parts.items()],
    )


def _rows() -> dict[str, list[dict[str, Any]]]:
    """The addresses of each part: method, path, and what may be asked or filled in."""
    views, found = current_app.view_functions, dict[str, list[dict[str, Any]]]()
    for rule, read in describing.readable(current_app):
        path = describing.path_of(rule.rule)
        row = {"method": "GET", "path": path, "names": read.words, "version": False}
        found.setdefault(part_of(views[rule.endpoint]), []).append(row)
    acts: Acts = current_app.extensions["acts"]
    for act in acts.listed.values():
        filled = [key for form in act.forms for key in describing.form_schema(form, files=True)["properties"]]
        row = {
            "method": act.method,
            "path": PREFIX + describing.path_of(act.path),
            "names": list(dict.fromkeys([*filled, *act.asks])),
            "version": act.asks_version,
        }
        found.setdefault(part_of(views[act.page]), []).append(row)
    for rows in found.values():
        rows.sort(key=lambda row: (row["path"], row["method"] != "GET", row["method"]))
    return found
