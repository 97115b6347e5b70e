"""What two days have in common, in words: what had no forecast on the day of comparison is said apart."""

from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from kangjiansheng.overview.rules.moves import Move, Moves


def new_ones(number: int) -> str:
    """How many of the milestones of a figure had no forecast on the day of comparison; empty for none."""
    return str(ngettext("另 %(num)d 项当时没有预测", "另 %(num)d 项当时没有预测", number)) if number else ""


def in_slips(change: int, new: int, against: str) -> str:
    """How many more or fewer slip than on the day of comparison. Where some had no forecast then, it is said of whom
    this is true: of all together it may be the other way round."""
    if not new:
        if not change:
            return str(_("与%(day)s持平", day=against))
        return str(
            ngettext("多 %(num)d 项", "多 %(num)d 项", change)
            if change > 0
            else ngettext("少 %(num)d 项", "少 %(num)d 项", -change)
        )
    if not change:
        return str(_("与%(day)s持平，只算当时有预测的", day=against))
    return str(
        ngettext(
            "较%(day)s多 %(num)d 项，只算当时有预测的",
            "较%(day)s多 %(num)d 项，只算当时有预测的",
            change,
            day=against,
        )
        if change > 0
        else ngettext(
            "较%(day)s少 %(num)d 项，只算当时有预测的",
            "较%(day)s少 %(num)d 项，只算当时有预测的",
            -change,
            day=against,
        )
    )


def with_new(change: str, number: int) -> str:
    """A change, and how many had no forecast then."""
    return str(_("，")).join(filter(None, (change, new_ones(number))))


def of_them_new(number: int) -> str:
    """The same of a number that counts them, too."""
    return (
        str(ngettext("其中 %(num)d 项当时没有预测", "其中 %(num)d 项当时没有预测", number)) if number else ""
    )


def no_forecast(compare: date) -> str:
    """A milestone that had no forecast on the day of comparison."""
    return str(_("%(day)s 没有预测", day=compare.isoformat()))


def in_moves(found: Moves) -> str:
    """How many promises have moved since the day of comparison, and how much was reached."""
    if not found.total and not found.reached:
        return str(_("没有改期，也没有完成"))
    parts = [ngettext("%(num)d 项改期", "%(num)d 项改期", found.total), of_them_new(found.new)]
    if found.reached:
        parts.append(ngettext("%(num)d 项完成", "%(num)d 项完成", found.reached))
    return str(_("，")).join(filter(None, parts))


def why(move: Move, *reasons: str) -> str:
    """Why a date is another one; of a milestone that had no forecast, that its date of then is its plan."""
    first = _("当时没有预测，按计划") if move.new else ""
    return str(_("；")).join(filter(None, (first, *reasons)))
