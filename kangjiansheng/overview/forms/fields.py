"""Numbers as people type them: with a per-cent sign, full-width digits, several in a row."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from wtforms import StringField
from wtforms.validators import StopValidation

_BETWEEN = re.compile(r"[\s、，,；;]+")


def number(text: str) -> Decimal:
    """A number as typed; raises ValueError, with what to do, for anything else."""
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("%").strip()
    try:
        found = Decimal(plain)
    except InvalidOperation:
        found = Decimal("nan")
    # Python would read 1_0 as ten: whoever typed it meant something else.
    if "_" in plain or not found.is_finite() or not -(10**9) <= found <= 10**9:
        raise ValueError(_("“%(text)s”不是数字，请写成 12 或 12.5 这样。", text=text[:40]))
    return found


def plain(value: float | Decimal) -> Decimal:
    """A stored number as it is shown in a field: 52, 44.2."""
    text = format(Decimal(str(value)), "f")
    return Decimal(text.rstrip("0").rstrip(".") or "0" if "." in text else text)


class NumberField(StringField):
    """One number, kept as a Decimal; None when nothing was typed."""

    data: Any

    def process_formdata(self, valuelist: Any) -> None:
        """Read what was typed."""
        text = (valuelist[0] if valuelist else "").strip()
        self.data = number(text) if text else None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)

    def pre_validate(self, form: Any) -> None:
        """What could not be read is said once."""
        if self.process_errors:
            raise StopValidation


class NumbersField(StringField):
    """Numbers one after another, kept as text; `numbers` reads them."""

    def numbers(self) -> tuple[float, ...]:
        """The numbers; raises ValueError for what is none."""
        parts = [part for part in _BETWEEN.split(self.data or "") if part]
        return tuple(float(number(part)) for part in parts)

    def pre_validate(self, form: Any) -> None:
        """Say which part is no number."""
        try:
            self.numbers()
        except ValueError as problem:
            raise StopValidation(str(problem)) from None
