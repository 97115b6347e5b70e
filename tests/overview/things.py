"""Every thing that is kept of laboratories and projects, and by which ways it reaches people: home, search, bell and
mail, calendar, files, history, past days.

`python -m tests.overview.things` writes the table to docs/things.md; a test holds both to the truth. A thing that lacks
a way says why here, and a new thing that is not in the table fails.
"""

from dataclasses import dataclass, field
from pathlib import Path

from kangjiansheng.core.db import Base, Versioned
from kangjiansheng.labs import models as labs
from kangjiansheng.overview.queries.findable import FINDABLE
from kangjiansheng.projects import models as projects

DOCUMENT = Path(__file__).parents[2] / "docs" / "things.md"


@dataclass(frozen=True)
class Why:
    """Why a thing does not go a way."""

    reason: str


@dataclass(frozen=True)
class Thing:
    """How one kind of thing is reached. `page` shows one of it with its history, `then` where past days stand if
    elsewhere; `home` is who finds which address (a pattern) there; `told` are notices, and kinds of reminders after a colon;
    `file` is an address and words in it. Whether it is in search and in the calendar the registries say: `unsearched`
    and `undated` are the reasons why not."""

    page: str
    home: tuple[str, str] | Why
    told: tuple[str, ...] | Why
    file: tuple[str, str] | Why
    then: str | Why = ""
    history: Why | None = None
    unsearched: Why | None = None
    undated: Why | None = None
    also: tuple[type, ...] = field(default=())  # parts that have no table of their own ways


NO_DAY = Why("it has no day of its own")
BY_COMPANY = Why("its company is found")
BY_RESOURCE = Why("its resource is found; what it is for is read by those who share it")
IN_TRAIL = Why("few change it; the auditor's trail has each change")
OF_PROJECT = "in the history of its project"
NO_WAIT = Why("nobody has to do anything about it")

THINGS: dict[type, Thing] = {
    labs.Institution: Thing(
        "/partners/RJ",
        Why("what waits for it stands there thing by thing"),
        ("labs:changed", "labs:joined", "labs:left"),
        ("/partners.csv", "RJ"),
        undated=NO_DAY,
    ),
    labs.Agreement: Thing(
        "/agreements/AGR-901",
        Why("its obligations stand there; its end is reminded of"),
        ("labs:changed", ":renewal"),
        ("/agreements.csv", "AGR-901"),
    ),
    labs.Clause: Thing(
        "/agreements/AGR-901",
        Why("its obligations stand there"),
        Why("it changes with its agreement, and that is told"),
        ("/obligations.csv", ",AGR-901,3.2,"),
        undated=Why("its obligations stand there"),
    ),
    labs.Obligation: Thing(
        "/obligations/OB-0003",
        ("member", "/obligations/OB-0003"),
        ("labs:changed", ":owed"),
        ("/obligations.csv", "OB-0003"),
        also=(projects.ObligationLink,),
    ),
    labs.JointLab: Thing(
        "/labs/JL-01",
        ("lead", "/labs/JL-01"),
        ("labs:changed", "labs:joined", "labs:left"),
        ("/labs.csv", "JL-01"),
        undated=Why("its milestones, papers and bookings stand there"),
    ),
    labs.LabPaper: Thing(
        "/labs/JL-01/papers",
        ("lead", "/labs/JL-01/papers"),
        (":paper",),
        ("/labs/JL-01/papers.csv", "生物安全备案"),
    ),
    labs.LabReview: Thing(
        "/labs/JL-01/review?year=2025",
        NO_WAIT,
        ("labs:changed",),
        Why("its year is a workbook: /labs/<code>/review.xlsx"),
        history=Why("it is never changed: who recorded it when is part of it"),
        unsearched=Why("its laboratory is found"),
        undated=Why("it lies in the past; what it decides for later is the end of the agreement"),
    ),
    labs.SharedResource: Thing(
        "/resources/RES-01",
        Why("one's bookings stand there"),
        ("labs:resource-changed",),
        ("/resources.csv", "RES-01"),
        undated=Why("one's bookings stand there"),
    ),
    labs.Booking: Thing(
        "/resources/RES-01/bookings/1",
        ("lead", "/resources/RES-"),
        ("labs:booking-changed",),
        ("/resources/RES-01/bookings.csv", "RES-01"),
        then="/resources/RES-01",
        unsearched=BY_RESOURCE,
    ),
    labs.Wait: Thing(
        "/resources/RES-01",
        Why("a place in a line is told of when there is something to book"),
        ("labs:became-free", "labs:wait-changed"),
        Why("it is gone as soon as the time is booked"),
        unsearched=BY_RESOURCE,
        undated=Why("nothing is booked yet"),
    ),
    labs.Company: Thing(
        "/residents/CO-001",
        ("lead", "/residents/CO-002"),
        ("labs:companion", "labs:company-stage", "labs:quiet"),
        ("/residents.csv", "CO-001"),
        undated=Why("its answers and the ends of its leases stand there"),
    ),
    labs.ServiceRequest: Thing(
        "/residents/CO-001/requests/2",
        ("lead", "/residents/CO-001/requests/2"),
        ("labs:request", "labs:request-answered", "labs:request-rated", ":service"),
        ("/residents/requests.csv", "CO-001"),
    ),
    labs.ServiceContact: Thing(
        "/residents/CO-001",
        Why("that there was none for long stands there, with the company"),
        Why("it ends the silence of which one is told"),
        Why("the log of a company stays on its page, which prints"),
        undated=Why("it lies in the past"),
    ),
    labs.Lease: Thing(
        "/residents/CO-001",
        NO_WAIT,
        Why("its last day stands in the calendar of those whom it concerns"),
        ("/residents/space.csv", "A-02"),
        unsearched=BY_COMPANY,
    ),
    labs.ParkFloor: Thing(
        "/residents/space",
        NO_WAIT,
        Why("few change it, and they all see it"),
        ("/residents/space.csv", "A-01"),
        history=IN_TRAIL,
        unsearched=Why("there are a few, all on one page"),
        undated=NO_DAY,
    ),
    labs.ParkRule: Thing(
        "/residents/coverage",
        NO_WAIT,
        Why("it is a setting of administrators"),
        Why("it is one number"),
        history=IN_TRAIL,
        unsearched=Why("it is one number"),
        undated=NO_DAY,
    ),
    projects.HandOff: Thing(
        "/hand-offs/HO-0003",
        ("member", "/hand-offs/HO-0003"),
        ("projects:hand-off", ":hand_off"),
        ("/hand-offs.csv", "HO-0003"),
        also=(projects.HandOffItem, projects.HandOffSignature),
    ),
    projects.Ask: Thing(
        "/asks/ASK-0001",
        ("member", "/asks/ASK-0005"),
        ("projects:ask-raised", "projects:ask-moved", ":ask"),
        ("/asks.csv", "ASK-0001"),
        undated=Why("no day is promised; what is agreed is an obligation, which stands there"),
    ),
    projects.Result: Thing(
        "/results/RS-0001",
        NO_WAIT,
        ("projects:result-placed",),
        ("/results.csv", "RS-0001"),
        undated=Why("it lies in the past"),
    ),
    projects.Project: Thing(
        "/projects/KJS-003",
        ("lead", "/projects/KJS-002"),
        ("projects:member",),
        ("/projects.csv", "KJS-003"),
        undated=Why("its milestones stand there"),
    ),
    projects.Milestone: Thing(
        "/projects/KJS-003/milestones/A110",
        ("lead", "/projects/KJS-[0-9]+/milestones/"),
        ("projects:moved", ":due", ":overdue", ":stale", ":confirm"),
        ("/milestones.csv", "KJS-003"),
    ),
    projects.Risk: Thing(
        "/projects/KJS-003/risks/1",
        ("lead", "/projects/KJS-[0-9]+/risks/"),
        ("projects:risk-owner", ":review"),
        ("/projects/KJS-003/risks.csv", "慢病毒载体"),
        then="/projects/KJS-003/risks",
        undated=Why("its review is reminded of; a later one moves no plan"),
    ),
    projects.Evidence: Thing(
        "/projects/KJS-003/milestones/A110",
        Why("it waits on the page of its milestone, and who judges it is told"),
        ("projects:evidence-brought", "projects:evidence-accepted", "projects:evidence-refused"),
        Why("it is a file itself"),
        undated=Why("its milestone stands there"),
    ),
    projects.GateCriterion: Thing(
        "/projects/KJS-003/milestones/A110",
        Why("its gate stands there"),
        ("projects:gate-decided",),
        Why("the dossier of its gate prints"),
        unsearched=Why("its milestone is found"),
        undated=Why("its milestone stands there"),
    ),
    projects.Validity: Thing(
        "/projects/KJS-003",
        NO_WAIT,
        Why("its end stands in the chart of what ends"),
        ("/overview/charts/expiries.csv", "KJS-"),
        unsearched=Why("its project is found"),
        undated=Why("its end stands in the chart of what ends"),
    ),
    projects.TemplateVersion: Thing(
        "/templates",
        NO_WAIT,
        Why("running plans do not change with it"),
        Why("it is reference data, and prints"),
        then=Why("each version stays beside the others"),
        history=IN_TRAIL,
        unsearched=Why("there are six, all on one page"),
        undated=NO_DAY,
    ),
}


def kept() -> set[type]:
    """What changes and has versions on the floors of laboratories and of projects: each has to stand in the table."""
    floors = ("kangjiansheng.labs", "kangjiansheng.projects")
    mapped = [mapper.class_ for mapper in Base.registry.mappers]
    return {kind for kind in mapped if issubclass(kind, Versioned) and kind.__module__.startswith(floors)}


def searched() -> set[type]:
    """What can be found, as the floors declare it."""
    return {kind for one in FINDABLE for texts in one.texts for kind in texts.sources()}


WAYS = ("home", "search", "bell and mail", "calendar", "file", "history", "past days")


def cells(kind: type) -> list[str | Why]:
    """What the table says of a thing, way by way."""
    one = THINGS[kind]
    told = one.told
    return [
        one.home if isinstance(one.home, Why) else "yes",
        one.unsearched or "yes",
        told
        if isinstance(told, Why)
        else ", ".join(word.replace(":", "reminder ") if word[0] == ":" else word for word in told),
        one.undated or "yes",
        one.file if isinstance(one.file, Why) else f"`{one.file[0]}`",
        one.history or "yes",
        one.then if isinstance(one.then, Why) else f"`{one.then}`" if one.then else "yes",
    ]


def document() -> str:
    """docs/things.md."""
    reasons: dict[str, int] = {}
    lines = []
    for kind in THINGS:
        said = [
            cell if isinstance(cell, str) else f"no ({reasons.setdefault(cell.reason, len(reasons) + 1)})"
            for cell in cells(kind)
        ]
        lines.append(f"| {kind.__name__} | " + " | ".join(said) + " |")
    return "\n".join(
        [
            "# Things, and the ways by which they reach people",
            "",
            "Written by `python -m tests.overview.things`; `tests/overview/test_things.py` holds it to the truth: what is found and what stands in the calendar is read off the registries, home, files, histories and past days are opened. Notices stand by their names, reminders by their kinds. A new thing with versions has to get a line, and each “no” a reason.",
            "",
            "| thing | " + " | ".join(WAYS) + " |",
            "|---" * (len(WAYS) + 1) + "|",
            *lines,
            "",
            *(f"{number}. {reason}" for reason, number in reasons.items()),
            "",
        ]
    )


if __name__ == "__main__":
    DOCUMENT.write_text(document(), "utf-8")
