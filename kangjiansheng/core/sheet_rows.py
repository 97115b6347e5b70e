"""A sheet of a workbook with many rows, written as the library writes it, but each distinct value once.

Of the cells of a long list nearly all have been there before. What stands in the file for a value is made by the library
the first time; a row is then put together of such pieces.
"""

import io
from collections.abc import Callable, Sequence
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

Put = Callable[[Worksheet, int, int, Any], None]  # writes a cell by the library: sheet, row, column, cell
_FIRST = '<c r="A1'  # how a piece begins that was made in the first cell
_TEXT = (
    ' t="s">'  # and what it holds that is one of the texts of the workbook, which says how often it has any
)
_BLOCK = 16  # rows that say together how far they reach


class RowsSheet(Worksheet):
    """A sheet whose rows are laid at once, its heads first."""

    def __init__(self) -> None:
        super().__init__()
        self._laid: list[list[str]] = []
        self.fh: Any

    def lay(self, rows: Sequence[Sequence[Any]], heads: Put, cells: Put) -> None:
        """Take the rows; the first is that of the heads."""
        known: dict[tuple[type, Any], str] = {}
        strings = self.str_table.count
        self._laid = [[self._piece(0, cell, heads) for cell in rows[0]]]
        for row in rows[1:]:
            laid = []
            for cell in row:
                piece = known.get((cell.__class__, cell))  # 1 is no True, though both are equal
                if piece is None:
                    piece = known[cell.__class__, cell] = self._piece(1, cell, cells)
                laid.append(piece)
            self._laid.append(laid)
        made = {*known.values(), *self._laid[0]}
        texts = {piece for piece in made if _TEXT in piece}
        self.str_table.count = strings + sum(piece in texts for row in self._laid for piece in row)
        self.table.clear()
        self._check_dimensions(len(rows) - 1, max(max(map(len, rows)) - 1, 0))

    def _piece(self, row: int, cell: Any, put: Put) -> str:
        put(self, row, 0, cell)
        kept, self.fh = self.fh, io.StringIO()
        self._write_cell(0, 0, self.table[row][0])
        made, self.fh = str(self.fh.getvalue()), kept
        if not made.startswith(_FIRST):
            raise ValueError(made)
        return made[len(_FIRST) :]

    def _write_rows(self) -> None:
        letters = [xl_col_to_name(column) for column in range(max(map(len, self._laid)))]
        for start in range(0, len(self._laid), _BLOCK):
            block = self._laid[start : start + _BLOCK]
            reach = max(map(len, block))
            for number, row in enumerate(block, start + 1):
                if row:
                    cells = "".join(
                        [
                            f'<c r="{letter}{number}{piece}'
                            for letter, piece in zip(letters, row, strict=False)
                        ]
                    )
                    self.fh.write(f'<row r="{number}" spans="1:{reach}">{cells}</row>')
