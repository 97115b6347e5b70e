"""Typst, as all our documents use it: the faces that come along, no word of a template's own, a fixed day.

The same template, data and day give the same bytes on every machine.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import orjson

from kangjiansheng.committee.documents import faces
from kangjiansheng.core.i18n import locale

STANDARD: Literal["a-3a"] = "a-3a"  # for archives: faces embedded, tagged, an attachment allowed


def compiled(
    template: Path,
    said: Mapping[str, Any],
    at: datetime,
    more: Mapping[str, str],
    *,
    own: Path | None = None,
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """The PDF of an outline, with the day on which it says that it was made. `more` are further inputs of the
    template, `own` the installation's folder of faces, `pictures` what it shows, by name."""
    import typst  # only here: it takes some milliseconds of the start of every process

    found = faces.printable(said)
    found["missing"] = found != said
    here = at.astimezone(UTC)
    date = {key: getattr(here, key) for key in ("year", "month", "day", "hour", "minute", "second")}
    inputs = {
        "outline": encoded(found),
        "date": encoded(date),
        "serif": encoded(_families("Serif")),
        "sans": encoded(_families("Sans")),
        **more,
    }
    with TemporaryDirectory() as folder:  # the typesetter reads pictures from files alone
        for name, data in (pictures or {}).items():
            (Path(folder) / name).write_bytes(data)
        made: Any = typst.compile(  # type: ignore[misc]
            template.read_bytes(),
            root=folder,
            font_paths=[str(place) for place in (*faces.folders(), *([own] if own else []))],
            ignore_system_fonts=True,
            sys_inputs=inputs,
            pdf_standards=[STANDARD],
        )
    return bytes(made)


def encoded(value: Any) -> str:
    """Data as a template reads them."""
    return orjson.dumps(value, default=str).decode()


def _families(kind: str) -> Sequence[str]:
    """Traditional forms come first for readers of Traditional; each script has what the other lacks."""
    scripts = ("TC", "SC") if locale() == "zh-Hant" else ("SC", "TC")
    return [f"Noto {kind} {script}" for script in scripts]
