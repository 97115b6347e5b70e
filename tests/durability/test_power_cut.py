"""The power goes at any moment: of what was written, only what had been synced is there. Nothing acknowledged is lost.

What the server writes to its database is watched as it happens; for the moment of each acknowledgement the files are
put together as a machine would find them that lost all that no fsync had brought to the disk, or any part of it.
"""

import random
import re
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.durability.test_kill import MILESTONE
from tests.support.server import Server
from tests.support.visitor import Visitor, form_of

pytestmark = [pytest.mark.soak, pytest.mark.strace]
SAVES = 25
CALL = re.compile(
    r'^(?P<at>\d+\.\d+) (?P<call>\w+)\(\d+<(?P<path>[^>]+)>(?:, "(?P<data>[^"]*)"(?P<cut>\.\.\.)?, \d+, (?P<offset>\d+)|'
    r", (?P<length>\d+))?\) += \d+"
)


@dataclass(frozen=True)
class Call:
    """One call of the system: a write at a place, a cut to a length, or a sync."""

    at: float
    name: str
    path: str
    data: bytes = b""
    offset: int = 0


def watched(server: Server, folder: Path, act: Callable[[], None]) -> list[Call]:
    """What the one process that answers did with the database's files while `act` ran, in order."""
    database = server.url.removeprefix("sqlite:///")
    (process,) = server.answering()
    calls = "pwrite64,ftruncate,fsync,fdatasync"
    tracer = subprocess.Popen(
        ["strace", "-ff", "-ttt", "-y", "-xx", "-s", "70000", "-p", str(process), "-o", str(folder / "calls"),
         "-e", f"trace={calls}"],
        stderr=subprocess.PIPE,
    )  # fmt: skip
    assert tracer.stderr is not None and b"attached" in tracer.stderr.readline()
    try:
        act()
    finally:
        tracer.terminate()
        tracer.communicate(timeout=20)
    return sorted(_read(folder, database), key=lambda call: call.at)


def _read(folder: Path, database: str) -> Iterator[Call]:
    for file in folder.glob("calls.*"):
        for line in file.read_text().splitlines():
            found = CALL.match(line)
            if found is None:
                assert " = ?" in line or not line[:1].isdigit() or "ERESTART" in line or "(" not in line, (
                    line[:200]
                )
                continue
            path = (
                bytes.fromhex(found["path"].replace("\\x", "")).decode()
                if "\\x" in found["path"]
                else found["path"]
            )
            if not path.startswith(database):
                continue
            assert not found["cut"], "strace shows not all that was written"
            data = bytes.fromhex((found["data"] or "").replace("\\x", ""))
            yield Call(
                float(found["at"]), found["call"], path, data, int(found["offset"] or found["length"] or 0)
            )


class Disk:
    """The files of a database on a disk that keeps for certain only what was synced."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.kept = {path: bytearray(data) for path, data in files.items()}
        self.open: dict[str, list[Call]] = {path: [] for path in files}

    def take(self, call: Call) -> None:
        """A call happens."""
        waiting = self.open.setdefault(call.path, [])
        if call.name in ("pwrite64", "ftruncate"):
            waiting.append(call)
            return
        for earlier in waiting:
            self._write(self.kept.setdefault(call.path, bytearray()), earlier)
        waiting.clear()

    def after_the_cut(self, chance: random.Random | None) -> dict[str, bytes]:
        """What is found afterwards: none of what was not synced, or any of it that chance kept."""
        found = {path: bytearray(data) for path, data in self.kept.items()}
        if chance:
            for path, waiting in self.open.items():
                for call in waiting:
                    if chance.random() < 0.5:
                        self._write(found.setdefault(path, bytearray()), call)
        return {path: bytes(data) for path, data in found.items()}

    @staticmethod
    def _write(data: bytearray, call: Call) -> None:
        if call.name == "ftruncate":
            del data[call.offset :]
            return
        if len(data) < call.offset:
            data.extend(bytes(call.offset - len(data)))
        data[call.offset : call.offset + len(call.data)] = call.data


def test_what_was_acknowledged_outlives_a_power_cut(serve: Callable[..., Server], tmp_path: Path) -> None:
    server = serve(workers=1, worker=False)
    database = server.url.removeprefix("sqlite:///")
    visitor = Visitor(server.base, follow=False)
    visitor.sign_in("lead")
    visitor.get(f"{MILESTONE}/edit")
    time.sleep(0.5)  # the traces of reading are written
    found: dict[str, bytes] = {}
    acknowledged: list[tuple[float, str]] = []

    def save() -> None:
        found.update({path: Path(path).read_bytes() for path in (database, f"{database}-wal")})
        for number in range(SAVES):
            _status, page = visitor.get(f"{MILESTONE}/edit")
            form = form_of(page, f"{MILESTONE}/update")
            form.pop("quick", None)
            note, day = f"before the cut {number}", f"2027-03-{number + 1:02d}"
            sent = form | {"choice": "will_slip", "date": day, "reason": "OTHER", "note": note}
            status, _page = visitor.post(f"{MILESTONE}/update", sent)
            assert status == 303
            # The machine's own clock, as strace reads it: this process has travelled.
            acknowledged.append((float(subprocess.check_output(["date", "+%s.%N"])), note))

    calls = watched(server, tmp_path, save)
    disk, chance, there = Disk(found), random.Random(20261126), set[str]()
    for moment, note in acknowledged:
        while calls and calls[0].at <= moment:
            disk.take(calls.pop(0))
        there.add(note)
        for luck in (None, chance, chance):
            assert there <= notes_of(disk.after_the_cut(luck), database, tmp_path), (note, moment, calls[:1])


def notes_of(files: dict[str, bytes], database: str, folder: Path) -> set[str]:
    """The notes that a database holds which is opened from such files; it has to be whole."""
    found = folder / "found.db"
    for ending in ("", "-wal", "-shm"):
        Path(f"{found}{ending}").unlink(missing_ok=True)
    for path, data in files.items():
        Path(f"{found}{path.removeprefix(database)}").write_bytes(data)
    connection = sqlite3.connect(found)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return {note for (note,) in connection.execute("SELECT note FROM milestone_entry")}
    finally:
        connection.close()
