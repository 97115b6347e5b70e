"""Which files are taken: known by what is in them, never by what a browser calls them."""

import io
import zipfile
import zlib
from dataclasses import dataclass

from kangjiansheng.core import text

NAME_BYTES = 180  # file systems take 255; some room for "(1)" and for what a mail program adds
_OFFICE = "application/vnd.openxmlformats-officedocument"
_SEPARATORS = str.maketrans({"\\": "/", ":": "_", "*": "_", "?": "_", '"': "_", "<": "_", ">": "_", "|": "_"})
# What reading a package (ZIP, and so each Office file) may meet when it is damaged or forged.
DAMAGE = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, LookupError, ValueError, OverflowError, EOFError, OSError,
    NotImplementedError, RuntimeError,
)  # fmt: skip
_TEXT_CONTROLS = b"\t\n\r\f"


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file. The first ending is the usual one; `shown` may be opened inside the browser."""

    word: str
    media: str
    endings: tuple[str, ...]
    shown: bool = False


PDF = FileType("PDF", "application/pdf", (".pdf",))
PNG = FileType("PNG", "image/png", (".png",), shown=True)
JPEG = FileType("JPEG", "image/jpeg", (".jpg", ".jpeg"), shown=True)
WEBP = FileType("WebP", "image/webp", (".webp",), shown=True)
HEIC = FileType("HEIC", "image/heic", (".heic", ".heif"))
DOCX = FileType("DOCX", f"{_OFFICE}.wordprocessingml.document", (".docx",))
XLSX = FileType("XLSX", f"{_OFFICE}.spreadsheetml.sheet", (".xlsx",))
PPTX = FileType("PPTX", f"{_OFFICE}.presentationml.presentation", (".pptx",))
# One type for both: the same bytes are stored once, and must not tell how somebody else called them.
TEXT = FileType("TXT", "text/plain", (".txt", ".csv", ".md", ".markdown"))
TYPES = (PDF, PNG, JPEG, WEBP, HEIC, DOCX, XLSX, PPTX, TEXT)

_BEGINNINGS = ((b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG))
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_OFFICE_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX, "ppt/presentation.xml": PPTX}


def recognise(data: bytes, name: str) -> FileType | None:
    """The type of a file by its content; None when it is none of those that are taken.

    Text has no mark of its own: it is taken when it is called .txt, .csv or .md and reads as UTF-8 or GB 18030.
    Office files that carry macros are not taken.
    """
    for beginning, kind in _BEGINNINGS:
        if data.startswith(beginning):
            return kind
    if b"%PDF-" in data[:1024]:
        return PDF
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return HEIC
    if data[:4] == b"PK\x03\x04":
        return _office(data)
    return TEXT if name.casefold().endswith(TEXT.endings) and _is_text(data) else None


def of_media(media: str) -> FileType:
    """The type with this media type."""
    return next(kind for kind in TYPES if kind.media == media)


def _office(data: bytes) -> FileType | None:
    try:
        parts = set(zipfile.ZipFile(io.BytesIO(data)).namelist())
    except DAMAGE:
        return None
    if "[Content_Types].xml" not in parts or any(part.endswith("vbaProject.bin") for part in parts):
        return None
    return next((kind for part, kind in _OFFICE_PARTS.items() if part in parts), None)


def _is_text(data: bytes) -> bool:
    if any(byte < 32 and byte not in _TEXT_CONTROLS for byte in data):
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def tidy_name(typed: str, kind: FileType) -> str:
    """The name under which a file is kept and offered: no folder, no hidden character, the ending of its type.

    A long name loses the end of its stem and stays readable; a name of which nothing is left is `file`.
    """
    name = harmless(typed)
    stem, ending = name, kind.endings[0]
    for known in kind.endings:
        if name.casefold().endswith(known):
            stem, ending = name[: -len(known)], name[-len(known) :]
    return f"{_cut(stem.strip(' .') or 'file', NAME_BYTES - len(ending))}{ending}"


def harmless(typed: str) -> str:
    """The last part of a name without what hides or leads elsewhere; for showing what somebody chose."""
    return text.line(typed.translate(_SEPARATORS)).rsplit("/", 1)[-1].strip(" .")[:NAME_BYTES]


def _cut(stem: str, room: int) -> str:
    if len(stem.encode()) <= room:
        return stem
    return f"{stem.encode()[: room - 3].decode('utf-8', 'ignore').rstrip()}…"
