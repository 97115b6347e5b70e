"""Each statement is held by tests that are there, or says why it is not; the document is the table."""

from tests.statements import table
from tests.statements.faults import FAULTS
from tests.statements.records import RECORDS
from tests.statements.security import SECURITY


def test_each_statement_has_its_tests_or_its_reason() -> None:
    assert [s.number for s in SECURITY] == [f"A{number:02d}" for number in range(1, 61)]
    assert [s.number for s in RECORDS] == [f"R{number:02d}" for number in range(1, 26)]
    assert [s.number for s in FAULTS] == [f"F{number:02d}" for number in range(1, len(FAULTS) + 1)]
    everything = (*SECURITY, *RECORDS, *FAULTS)
    assert [s.number for s in everything if not s.tests and not s.why] == []
    assert {s.number: gone for s in everything if (gone := table.missing(s))} == {}


def test_the_documents_are_the_tables() -> None:
    assert table.DOCUMENT.read_text("utf-8") == table.document(), "run `python -m tests.statements`"
    assert table.OF_FAULTS.read_text("utf-8") == table.of_faults(), "run `python -m tests.statements`"
