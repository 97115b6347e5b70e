"""A pack as bytes, and as the answer that a browser saves."""

from collections.abc import Callable, Mapping
from importlib import import_module

from werkzeug.wrappers import Response

from kangjiansheng.overview.documents.outline import Outline

OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES: Mapping[str, str] = {
    "pptx": f"{OFFICE}.presentationml.presentation",
    "pdf": "application/pdf",
    "docx": f"{OFFICE}.wordprocessingml.document",
    "xlsx": f"{OFFICE}.spreadsheetml.sheet",
}


def rendered(kind: str, said: Outline) -> bytes:
    """The file of an outline. What makes it is imported here: it takes a while to come."""
    make: Callable[[Outline], bytes] = import_module(f"kangjiansheng.overview.documents.{kind}").rendered
    return make(said)


def name(kind: str, said: Outline) -> str:
    """What the file is called: another one for each day of comparison."""
    days = f"{said.day.isoformat()}-since-{said.compare.isoformat()}"
    return f"kangjiansheng-pack-{days}{'-narrowed' if said.narrowed else ''}.{kind}"


def download(kind: str, said: Outline, called: str = "") -> Response:
    """The file as an answer that the browser saves, and that no machine on the way keeps."""
    answer = Response(rendered(kind, said), content_type=TYPES[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="{called or name(kind, said)}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
