"""People and programs that write all the time, through every kill: what each of them tried, and what it was told.

Each write carries words that no other has, by which it is found again in the database. Whoever gets no answer sends
the same again, with the same key or the mark of the form, or gives up and never learns how it ended.
"""

import http.client
import itertools
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any

from tests.support.visitor import Visitor, form_of

MARK = "soak "
GIVES_UP = 0.2  # of the writes whose answer was lost, so many are not sent again
PATIENCE = 120.0  # seconds without any answer
DRAFT, REVIEW, ROOMS = "SAC-2026-05", "SAC-2026-04", ("RES-02", "RES-03")
NO_ANSWER = (OSError, http.client.HTTPException)
SHARES = {
    "paragraph": 40, "book": 22, "cancel": 14, "milestone": 9, "form": 5, "obligation": 4, "comment": 2, "risk": 2,
    "backlog": 2,
}  # fmt: skip


@dataclass
class Write:
    """One write: acknowledged, refused, or neither; `unknown` when any sending of it had no answer."""

    kind: str
    mark: str
    acknowledged: bool = False
    unknown: bool = False
    refused: int = 0


@dataclass
class Share:
    """What one writer alone changes, so that no two of them stand in each other's way."""

    milestones: list[str]  # the addresses
    paragraph: str
    remark: str  # a paragraph to comment on
    obligations: list[str]
    places: tuple[int, int]  # of the hours to be booked: the first, and how many writers there are
    bookings: list[tuple[str, str, str]] = field(default_factory=list)  # address, mark, ETag


class Writer(threading.Thread):
    """One desk at which a lead, a secretary, an executive and a member take turns."""

    def __init__(self, base: str, number: int, seed: int, share: Share, ended: threading.Event) -> None:
        super().__init__(daemon=True)
        self.base, self.number, self.share, self.ended = base, number, share, ended
        self.chance = random.Random(f"{seed} {number}")
        self.journal: list[Write] = []
        self.problem: BaseException | None = None
        self.seats: dict[str, tuple[Visitor, str]] = {}
        self.form: dict[str, str] | None = None
        self.tags: dict[str, str] = {}  # of milestones, from the answers to what was done with them
        first, step = share.places
        self.hours = itertools.count(first, step)

    @property
    def acknowledged(self) -> int:
        """How many writes it was told are kept."""
        return sum(write.acknowledged for write in self.journal)

    def run(self) -> None:
        """Until the end is called; the write at hand is brought to its end."""
        try:
            for seat in ("lead", "secretary", "executive", "member"):
                self.seats[seat] = self._patiently(partial(self._seated, seat))
            for number in itertools.count():
                if self.ended.is_set():
                    return
                self._write(number)
        except BaseException as problem:
            self.problem = problem
            raise

    def _write(self, number: int) -> None:
        kind = self.chance.choices(list(SHARES), list(SHARES.values()))[0]
        if kind == "cancel" and not self.share.bookings:
            kind = "book"
        write = Write(kind, f"{MARK}{self.number} {number}")
        self.journal.append(write)
        getattr(self, f"_{kind}")(write)

    def _seated(self, seat: str) -> tuple[Visitor, str]:
        visitor = Visitor(self.base, timeout=30, follow=False)
        visitor.sign_in(seat)
        status, page = visitor.get("/account")
        if status != 200:
            raise ConnectionError(f"{seat} is told {status}")
        return visitor, page.xpath("//input[@name='csrf_token']/@value")[0]

    def _patiently(self, act: Callable[[], Any]) -> Any:
        """What one reads; whoever is told that there is no answer now asks again."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return act()
            except (*NO_ANSWER, AssertionError):
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def _read(self, seat: str, path: str) -> Any:
        def ask() -> Any:
            status, page = self.seats[seat][0].get(path)
            if status == 503:
                raise ConnectionError
            assert status == 200, f"{path} is answered {status}"
            return page

        return self._patiently(ask)

    def _look(self, seat: str, path: str) -> tuple[Any, str]:
        """What a program reads, and its ETag."""

        def ask() -> tuple[Any, str]:
            status, body, tag = self.seats[seat][0].ask("GET", path)
            if status == 503:
                raise ConnectionError
            assert status == 200, f"{path} is answered {status}"
            return body, tag

        return self._patiently(ask)

    def _send(self, write: Write, ask: Callable[[], tuple[Any, ...]]) -> Any:
        """What came back beside the status when it was acknowledged; else None."""
        gives_up, until = self.chance.random() < GIVES_UP, time.monotonic() + PATIENCE
        while True:
            try:
                status, *answer = ask()
            except NO_ANSWER:
                status, answer = 503, []
            if status < 400:
                write.acknowledged = True
                return answer
            if status != 503:
                write.refused = status
                return None
            write.unknown = True
            if gives_up or time.monotonic() > until:
                return None
            time.sleep(0.1)

    def _program(
        self, write: Write, seat: str, path: str, body: dict[str, Any], method: str = "POST", tag: str = ""
    ) -> Any:
        visitor, token = self.seats[seat]
        headers = {"X_CSRFToken": token}
        if method == "POST":
            headers["Idempotency_Key"] = f"{write.kind} {write.mark}"
        if tag:
            headers["If_Match"] = tag
        return self._send(write, lambda: visitor.ask(method, path, body, **headers))

    def _slip(self, write: Write) -> dict[str, str]:
        day = date(2027, 3, 1) + timedelta(days=self.chance.randrange(400))
        return {
            "choice": "will_slip", "date": day.isoformat(), "reason": "OTHER", "note": write.mark, "follow": "keep",
        }  # fmt: skip

    def _form(self, write: Write) -> None:
        at = self.chance.choice(self.share.milestones)
        form = form_of(self._read("lead", f"{at}/edit"), f"{at}/update")
        form.pop("quick", None)
        self.tags.pop(at, None)
        sent = form | self._slip(write)
        self._send(write, lambda: self.seats["lead"][0].post(f"{at}/update", sent))

    def _milestone(self, write: Write) -> None:
        at = self.chance.choice(self.share.milestones)
        tag = self.tags.pop(at, "") or self._look("lead", at)[1]
        told = self._program(write, "lead", f"{at}/update", dict(self._slip(write)), tag=tag)
        if told:
            self.tags[at] = told[1]

    def _paragraph(self, write: Write) -> None:
        """A text that is saved while one writes on."""
        at = f"/meetings/{DRAFT}/minutes/paragraphs/{self.share.paragraph}"
        if self.form is None:
            self.form = form_of(self._read("secretary", at), at)
        sent, self.form = self.form | {"text": write.mark}, None
        visitor = self.seats["secretary"][0]
        told = self._send(write, lambda: visitor.post(at, sent, Accept="application/json"))
        version = told[0].text_content().partition('"version":')[2].strip(" }\n") if told else ""
        if version.isdecimal():
            self.form = sent | {"version": version}

    def _book(self, write: Write) -> None:
        days, rest = divmod(next(self.hours), 10 * len(ROOMS))
        room, hour = divmod(rest, 10)
        day = date(2027, 3, 1) + timedelta(days=days // 5 * 7 + days % 5)
        wanted = {"day": day.isoformat(), "from_hour": str(8 + hour), "to_hour": str(9 + hour)}
        at = f"/resources/{ROOMS[room]}/bookings"
        told = self._program(write, "lead", at, wanted | {"purpose": write.mark})
        if told:
            self.share.bookings.append((f"{at}/{told[0]['number']}", write.mark, told[1]))

    def _cancel(self, write: Write) -> None:
        at, write.mark, tag = self.share.bookings.pop(self.chance.randrange(len(self.share.bookings)))
        self._program(write, "lead", f"{at}/cancel", {}, tag=tag)

    def _obligation(self, write: Write) -> None:
        """A change without a key: whoever does not know how it ended looks whether it is there."""
        at = f"/obligations/{self.chance.choice(self.share.obligations)}"
        while not write.acknowledged:
            body, tag = self._look("executive", at)
            if body["detail"] == write.mark:
                write.acknowledged = True
                return
            write.refused, sent = 0, write.unknown
            self._program(write, "executive", at, {"detail": write.mark}, "PATCH", tag)
            if not (write.refused == 412 and write.unknown and not sent):
                return

    def _risk(self, write: Write) -> None:
        at = f"{self.share.milestones[0].partition('/milestones')[0]}/risks"
        self._program(write, "lead", at, {"title": write.mark, "review_on": "2026-12-30"})

    def _comment(self, write: Write) -> None:
        at = f"/meetings/{REVIEW}/minutes/paragraphs/{self.share.remark}/comments"
        self._program(write, "member", at, {"text": write.mark})

    def _backlog(self, write: Write) -> None:
        self._program(write, "secretary", "/committees/SAC/backlog", {"name_hans": write.mark})
