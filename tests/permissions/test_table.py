"""The table of route × cast is what the application does, and what the agreement between the parties says."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.permissions import table
from tests.support.critic import Critic

PROJECTS = {
    "executive": range(1, 21),
    "auditor": range(1, 21),
    "admin": (),
    "partner": (1, 4, 10, 14, 15, 20),
    "secretary": (),
    "chair": (),
    "outsider": (),
}


AGAIN = "run `python -m tests.permissions.table` and read the difference before committing it"
# One for each way of seeing: everything, accounts only, a laboratory, what an institution is shown, nothing.
SOME = ["executive", "admin", "lead", "partner", "outsider"]


@pytest.mark.parametrize("whom", [[], pytest.param(SOME, marks=pytest.mark.long)])
def test_the_document_says_what_the_application_does_for_some(app: Flask, whom: list[str]) -> None:
    routes = table.DOCUMENT.read_text("utf-8").split("\n## ")[0].splitlines()
    said = [
        table.cells(line, ("nobody", *whom)) for line in routes if line.startswith("| ") and "| `/" in line
    ]
    made = table.tried(app, whom)
    assert not [line for line in made if "error" in line]
    assert made == said, AGAIN


@pytest.mark.soak
def test_the_document_says_what_the_application_does(app: Flask) -> None:
    made = table.document(app)
    assert "| error |" not in made
    assert made == table.DOCUMENT.read_text("utf-8"), AGAIN


@pytest.mark.parametrize("who", PROJECTS)
def test_who_sees_which_projects(who: str, client: Callable[..., Critic]) -> None:
    visitor = client(who)
    expected = {f"KJS-{number:03d}" for number in PROJECTS[who]}
    seen = {row["code"] for row in visitor.get("/api/v1/projects").get_json()["data"]}
    assert seen == expected
    for number in range(1, 21):
        code = f"KJS-{number:03d}"
        for address in (f"/projects/{code}", f"/api/v1/projects/{code}"):
            assert visitor.get(address).status_code == (200 if code in expected else 404), (who, address)


@pytest.mark.parametrize("who", [who for who in PROJECTS if who not in ("executive", "auditor")])
def test_no_door_shows_a_project_that_one_may_not_see(who: str, client: Callable[..., Critic]) -> None:
    visitor = client(who)
    hidden = {f"KJS-{number:03d}" for number in range(1, 21)} - {f"KJS-{n:03d}" for n in PROJECTS[who]}
    doors = [
        "/overview/metrics",
        "/api/v1/metrics",
        "/overview/value",
        "/overview/value?as_of=2026-06-30&rates=BIO_CART",
    ]
    doors += [f"/overview/value/tables/{name}.csv" for name in ("approvals", "permissions")]
    doors += ["/", "/overview", "/overview?as_of=2026-06-30", "/projects", "/milestones", "/my/milestones"]
    doors += ["/labs", "/labs/JL-01", "/labs/JL-02", "/partners/RJ", "/partners/SCMC", "/agreements"]
    doors += [
        "/api/v1/projects",
        "/api/v1/milestones",
        "/api/v1/labs/JL-01",
        "/projects.csv",
        "/milestones.csv",
    ]
    doors += [f"/overview/tables/{name}.csv" for name in ("attention", "outlook", "slips", "pipeline")]
    doors += [f"/search?q={word}" for word in ("KJS", "CAR-T", "受理", "临床")]
    if who != "chair" and who != "secretary":  # what an agenda shows, they see
        doors += ["/meetings", "/decisions", "/actions", "/committees/SAC"]
    for door in doors:
        answer = visitor.get(door)
        text = answer.get_data(as_text=True)
        found = sorted(code for code in hidden if code in text)
        if door.startswith("/search") and who in ("chair", "secretary"):
            continue
        if door == "/" and who in ("chair", "secretary"):
            continue
        assert not found, f"{who} finds {found} at {door}"
