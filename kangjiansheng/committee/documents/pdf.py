"""Minutes as PDF/A-3, set by Typst; the export that it was made from is attached.

The same export gives the same bytes on every machine: fonts come with the package, the date is that of the export. So
a PDF can be checked by setting it again.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from flask_babel import get_translations

from kangjiansheng.committee.documents import faces, typesetting
from kangjiansheng.committee.documents import outline as outlines
from kangjiansheng.committee.rules import images, numbers, told
from kangjiansheng.core import i18n, markdown, text
from kangjiansheng.core.digests import sha256
from kangjiansheng.core.i18n import locale

FORMS = ("gbt", "plain")
TEMPLATE = Path(__file__).parents[1] / "reference" / "minutes.typ"


def rendered(export: Mapping[str, Any], form: str, own: Path | None = None) -> bytes:
    """The document in the language of the moment, in one of the forms; `own` is the installation's folder of faces."""
    made = {key: value for key, value in export.items() if key != "rendered"}
    made["rendered"] = {"form": form, "language": locale(), "layout": layout(own)}
    return _set(made, form, own)


def again(export: Mapping[str, Any], own: Path | None = None) -> bytes | None:
    """The document as it must have been, in the language of the moment; None when this installation sets otherwise."""
    said = export.get("rendered")
    if not isinstance(said, dict) or said.get("form") not in FORMS or said.get("layout") != layout(own):
        return None
    return _set(export, said["form"], own)


def _set(export: Mapping[str, Any], form: str, own: Path | None) -> bytes:
    said, pictures = outlines.outline(export), images.brought(export)
    inputs = {
        "attached": orjson.dumps(export, option=orjson.OPT_INDENT_2).decode(),
        "form": form,
        "code": _code(said["verify"]),
        "own": typesetting.encoded(faces.own_families(own)),
        "pictures": typesetting.encoded(sorted(pictures)),
    }
    at = datetime.fromisoformat(export["made_at"])
    return typesetting.compiled(TEMPLATE, said, at, inputs, own=own, pictures=pictures)


def _code(address: str) -> str:
    import segno

    return str(segno.make(address or "-", error="m", micro=False).svg_inline(border=0))


def layout(own: Path | None = None) -> str:
    """What decides how a page looks besides its export: typesetter, faces, template, outline and its words."""
    said = get_translations()
    return sha256([*_machinery(own), *(said.gettext(word) for word in _msgids())])


@cache
def _machinery(own: Path | None) -> list[str]:
    from importlib.metadata import version

    sources = [
        Path(str(module.__file__))
        for module in (outlines, told, numbers, typesetting, faces, images, markdown, i18n, text)
    ]
    parts = [*faces.files(own), TEMPLATE, Path(__file__), *sources]
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in parts]
    return [*(version(name) for name in ("typst", "segno", "markdown-it-py", "OpenCC")), *digests]


@cache
def _msgids() -> list[str]:
    sources = [Path(str(module.__file__)).read_text("utf-8") for module in (outlines, told)]
    return sorted({word for source in sources for word in re.findall(r'\b_l?\(\s*"([^"]+)"', source)})
