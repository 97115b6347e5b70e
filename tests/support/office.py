"""The office program that opens what we write: LibreOffice with its parts for documents and for slides."""

import os
import shutil
from pathlib import Path

PARTS = ("writer", "impress")


def is_available() -> bool:
    """Whether this machine has LibreOffice with these parts, and what reads words out of a PDF."""
    found = shutil.which("soffice")
    if found is None or shutil.which("pdftotext") is None:
        return False
    parts = Path(os.path.realpath(found)).parents[1] / "share" / "registry"
    return all((parts / f"{part}.xcd").exists() for part in PARTS)
