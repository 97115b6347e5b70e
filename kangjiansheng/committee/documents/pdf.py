"""Minutes as PDF/A-3, set by Typst; the export that it was made from is attached.

The same export gives the same bytes on every machine: fonts come with the package, the date is that of the export. So
a PDF can be checked by setting it again.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import orjson
from flask_babel import get_translations

from kangjiansheng.committee.documents import faces
from kangjiansheng.committee.documents import outline as outlines
from kangjiansheng.committee.rules import images
from kangjiansheng.core import i18n, markdown, text
from kangjiansheng.core.digests import sha256
from kangjiansheng.core.i18n import locale

FORMS = ("gbt", "plain")
TEMPLATE = Path(__file__).parents[1] / "reference" / "minutes.typ"
STANDARD: Literal["a-3a"] = "a-3a"  # for archives: faces embedded, tagged, an attachment allowed


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
    import typst  # only here: it takes some milliseconds of the start of every process

    said = outlines.outline(export)
    found = faces.printable(said)
    found["missing"] = found != said
    at = datetime.fromisoformat(export["made_at"]).astimezone(UTC)
    date = {key: getattr(at, key) for key in ("year", "month", "day", "hour", "minute", "second")}
    inputs = {
        "outline": _json(found),
        "attached": orjson.dumps(export, option=orjson.OPT_INDENT_2).decode(),
        "form": form,
        "date": _json(date),
        "code": _code(said["verify"]),
        "serif": _json(_families("Serif")),
        "sans": _json(_families("Sans")),
        "own": _json(faces.own_families(own)),
    }
    with TemporaryDirectory() as folder:  # the typesetter reads pictures from files alone
        pictures = images.brought(export)
        for digest, data in pictures.items():
            (Path(folder) / digest).write_bytes(data)
        inputs["pictures"] = _json(sorted(pictures))
        made: Any = typst.compile(  # type: ignore[misc]
            TEMPLATE.read_bytes(),
            root=folder,
            font_paths=[str(place) for place in (*faces.folders(), *([own] if own else []))],
            ignore_system_fonts=True,
            sys_inputs=inputs,
            pdf_standards=[STANDARD],
        )
    return bytes(made)


def _json(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()


def _code(address: str) -> str:
    import segno

    return str(segno.make(address or "-", error="m", micro=False).svg_inline(border=0))


def _families(kind: str) -> Sequence[str]:
    """Traditional forms come first for readers of Traditional; each script has what the other lacks."""
    scripts = ("TC", "SC") if locale() == "zh-Hant" else ("SC", "TC")
    return [f"Noto {kind} {script}" for script in scripts]


def layout(own: Path | None = None) -> str:
    """What decides how a page looks besides its export: typesetter, faces, template, outline and its words."""
    said = get_translations()
    return sha256([*_machinery(own), *(said.gettext(word) for word in _msgids())])


@cache
def _machinery(own: Path | None) -> list[str]:
    from importlib.metadata import version

    sources = [Path(str(module.__file__)) for module in (outlines, faces, images, markdown, i18n, text)]
    parts = [*faces.files(own), TEMPLATE, Path(__file__), *sources]
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in parts]
    return [*(version(name) for name in ("typst", "segno", "markdown-it-py", "OpenCC")), *digests]


@cache
def _msgids() -> list[str]:
    source = Path(str(outlines.__file__)).read_text("utf-8")
    return sorted(set(re.findall(r'\b_l?\(\s*"([^"]+)"', source)))
