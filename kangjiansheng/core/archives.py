"""Archives whose bytes depend on their content alone: the order is given, every time is fixed, nothing is compressed
(libraries compress differently).

Office files are such archives; what writes them puts the time of the writing into their entries and into their
properties, also into the workbooks that lie inside of them.
"""

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime

from kangjiansheng.core.clock import SHANGHAI

_PROPERTIES = "docProps/core.xml"
_WRITTEN = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")
_INSIDE = (".xlsx",)


def zipped(files: Iterable[tuple[str, bytes]], at: datetime) -> bytes:
    """An archive of these files in this order, each with the same time: that of an instant in Asia/Shanghai."""
    here = at.astimezone(SHANGHAI)
    stamp = (here.year, here.month, here.day, here.hour, here.minute, here.second)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files:
            info = zipfile.ZipInfo(name, stamp)
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, data)
    return made.getvalue()


def settled(office_file: bytes, at: datetime) -> bytes:
    """An office file (DOCX, PPTX, XLSX) as if it had been written at an instant, with all that lies inside of it."""
    with zipfile.ZipFile(io.BytesIO(office_file)) as archive:
        files = [(name, _settled(name, archive.read(name), at)) for name in archive.namelist()]
    return zipped(files, at)


def _settled(name: str, data: bytes, at: datetime) -> bytes:
    if name == _PROPERTIES:
        said = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
        return _WRITTEN.sub(rb"\g<1>" + said + rb"\g<3>", data)
    return settled(data, at) if name.endswith(_INSIDE) else data
