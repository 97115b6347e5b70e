"""A file of minutes checked as a whole, without a database."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kangjiansheng.committee.documents import opening, pdf
from kangjiansheng.committee.documents.findings import sentence
from kangjiansheng.committee.rules import verification
from kangjiansheng.committee.rules.verification import Finding
from kangjiansheng.core.i18n import LOCALES, speaking

LARGEST = 2 * 1024 * 1024  # bytes of a PDF whose pages are set again: hundreds of pages


@dataclass(frozen=True)
class Checked:
    """A file, what it says it is, and what was found."""

    export: Any
    findings: list[Finding]

    @property
    def is_whole(self) -> bool:
        """True when nothing was changed, as far as the file alone can show."""
        return not any(found.fault for found in self.findings)

    @property
    def is_foreign(self) -> bool:
        """True when it is no export at all, as a wrong file: then nothing can be said of what was signed."""
        return any(found.code in ("not-an-export", "no-attachment") for found in self.findings)

    @property
    def faults(self) -> list[str]:
        """What was changed, removed or put in, in words."""
        return [sentence(found) for found in self.findings if found.fault]

    @property
    def notes(self) -> list[str]:
        """What the file cannot show."""
        return [sentence(found) for found in self.findings if not found.fault]


def checked(data: bytes, own: Path | None = None) -> Checked:
    """The whole check of a file's bytes; `own` is the installation's folder of faces, if it has one."""
    export, is_pdf = opening.opened(data), opening.is_pdf(data)
    if export is None and is_pdf:
        return Checked(None, [Finding("no-attachment")])
    found = verification.check(export)
    if is_pdf and not any(one.fault for one in found):
        found += _pages(data, export, own)
    return Checked(export, found)


def _pages(data: bytes, export: Any, own: Path | None) -> list[Finding]:
    """The pages of a PDF, by setting them again from what is attached: the bytes must be the same."""
    said = export.get("rendered")
    language = said.get("language") if isinstance(said, dict) else None
    if language not in LOCALES or len(data) > LARGEST:
        return [verification.note("pages-not-compared")]
    with speaking(language):
        try:
            again = pdf.again(export, own)
        except Exception:  # whatever a made-up export does to the typesetter
            return [verification.fault("misshapen")]
    if again is None:
        return [verification.note("pages-not-compared")]
    return [] if again == data else [verification.fault("pages-changed")]
