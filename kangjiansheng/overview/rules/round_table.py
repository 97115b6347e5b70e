"""Where everything stands in the drawing of the round table: seats on a circle, commitments as curves between them.

Plain geometry: no colour and no word. The first seat is at the top, and the others follow clockwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

FEW = 14  # seats up to which a name stands level beside its seat; of more, each name runs outwards from it
WIDTH = 820
MARK = (
    26  # from the middle of a seat to beyond the mark at its upper right, which says that something is late
)


@dataclass(frozen=True)
class Spot:
    """A seat: its place, and where its name stands. `turn` is in degrees, `anchor` the end that touches the seat."""

    x: float
    y: float
    label_x: float
    label_y: float
    anchor: str
    turn: float = 0.0


@dataclass(frozen=True)
class Ring:
    """The table: its size, its middle, the radius of the board, of the circle of seats and of a seat."""

    height: int
    middle: float
    board: int
    seats: int
    seat: float
    spots: Sequence[Spot]

    @property
    def few(self) -> bool:
        """Whether names stand level, on two lines."""
        return len(self.spots) <= FEW

    def curve(self, start: int, end: int, pull: float) -> str:
        """The path from one seat to another, drawn to the middle by `pull` (0 through the middle, 1 straight)."""
        x, y = self._at(start, self.board)
        to_x, to_y = self._at(end, self.board)
        centre = WIDTH / 2
        by_x = centre + ((x + to_x) / 2 - centre) * pull
        by_y = self.middle + ((y + to_y) / 2 - self.middle) * pull
        return f"M{x:.1f} {y:.1f}Q{by_x:.1f} {by_y:.1f} {to_x:.1f} {to_y:.1f}"

    def _at(self, place: int, radius: float) -> tuple[float, float]:
        return _point(place, len(self.spots), radius, self.middle)


def ring(seats: int) -> Ring:
    """The table for a number of seats."""
    if seats <= FEW:
        height, board, circle, size = 560, 150, 186, 17.5
    else:
        height, board, circle, size = 820, 186, 218, max(6.5, min(14.0, 620 / seats))
    middle = height / 2 + 2
    spots = [_spot(place, seats, circle, size, middle) for place in range(seats)]
    return Ring(height, middle, board, circle, size, spots)


def _angle(place: int, seats: int) -> float:
    return -pi / 2 + 2 * pi * place / max(seats, 1)


def _point(place: int, seats: int, radius: float, middle: float) -> tuple[float, float]:
    angle = _angle(place, seats)
    return WIDTH / 2 + radius * cos(angle), middle + radius * sin(angle)


def _spot(place: int, seats: int, circle: int, size: float, middle: float) -> Spot:
    x, y = _point(place, seats, circle, middle)
    angle = _angle(place, seats)
    across, down = cos(angle), sin(angle)
    if seats > FEW:
        label_x, label_y = _point(place, seats, circle + size + 8, middle)
        turn = angle * 180 / pi
        left = across < -1e-9
        return Spot(x, y, label_x, label_y, "end" if left else "start", turn + 180 if left else turn)
    label_x, label_y = _point(place, seats, circle + 33, middle)
    if abs(across) < 0.2:
        return Spot(x, y, label_x, label_y + (-18 if down < 0 else 14), "middle")
    if across > 0 > down:
        label_x = max(label_x, x + MARK)
    return Spot(x, y, label_x, label_y - 3 + down * 8, "start" if across > 0 else "end")


def pulls(pairs: Sequence[tuple[int, int]], seats: int) -> Mapping[tuple[int, int], float]:
    """How far each curve is drawn to the middle: near neighbours less, and there and back apart."""
    found = {}
    for start, end in pairs:
        apart = min((start - end) % seats, (end - start) % seats) / max(seats / 2, 1)
        found[start, end] = 0.72 - 0.42 * apart + (0.1 if start > end else 0.0)
    return found
