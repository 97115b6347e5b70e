"""A file of minutes checked as a whole, without a database."""

from dataclasses import dataclass
from typing import Any

from kangjiansheng.committee.documents import opening
from kangjiansheng.committee.documents.findings import sentence
from kangjiansheng.committee.rules import verification
from kangjiansheng.committee.rules.verification import Finding


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
    def faults(self) -> list[str]:
        """What was changed, removed or put in, in words."""
        return [sentence(found) for found in self.findings if found.fault]

    @property
    def notes(self) -> list[str]:
        """What the file cannot show."""
        return [sentence(found) for found in self.findings if not found.fault]


def checked(data: bytes) -> Checked:
    """The whole check of a file's bytes."""
    export = opening.opened(data)
    if export is None and opening.is_pdf(data):
        return Checked(None, [Finding("no-attachment")])
    return Checked(export, verification.check(export))
