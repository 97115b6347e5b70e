"""Somebody imports a registry's file: a new project or a version at one, twice, newer, older, refused, in browser and terminal."""

import io
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from kangjiansheng.accounts.queries import actor_by_email, system_actor
from kangjiansheng.core import verify
from kangjiansheng.core.changes import ChangeSet
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import speaking
from kangjiansheng.core.outbox import Notification
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects import commands
from kangjiansheng.projects.forms.trials import shown
from kangjiansheng.projects.models import (
    Milestone,
    MilestoneEntry,
    Project,
    ProjectRegistration,
    RegistryRecord,
    RegistrySource,
)
from kangjiansheng.projects.operations import projects as operations
from tests.support.critic import Critic
from tests.support.queries import queries_counted

DATA = Path(__file__).parents[1] / "data" / "trials"
# The registries' own records are not ours to copy: they are read where they lie, beside the project.
REAL = sorted((Path(__file__).parents[2].parent / "shared" / "domain" / "trials").glob("*.*"))
TABLES = (Project, ProjectRegistration, RegistrySource, RegistryRecord, MilestoneEntry, ChangeSet)
HIDDEN = re.compile(r'name="(files_packed|seen|name|lab)" value="([^"]*)"')


def bring_in(
    file: Path, *, project: str = "", dry_run: bool = False, as_json: bool = False, who: str = ""
) -> int:
    """What the command does, in this process."""
    actor = (actor_by_email(f"{who}@kjs.example") if who else None) or system_actor()
    return commands.import_trial(file, project=project, lab="", dry_run=dry_run, as_json=as_json, actor=actor)


def count() -> list[int]:
    """How many rows each table holds."""
    return [db.session.scalar(select(func.count()).select_from(kind)) or 0 for kind in TABLES]


def records(code: str) -> list[RegistryRecord]:
    """The versions that a project keeps."""
    query = select(RegistryRecord).join(Project).where(Project.code == code).order_by(RegistryRecord.id)
    return list(db.session.scalars(query))


@pytest.fixture
def study(tmp_path: Path) -> Callable[..., Path]:
    """A file with our study, with other values at the given paths."""

    def make(**changed: Any) -> Path:
        record = json.loads((DATA / "ctgov.json").read_text("utf-8"))
        for path, value in changed.items():
            inner = record["protocolSection"]
            *parts, last = path.split("__")
            for part in parts:
                inner = inner[part]
            inner[last] = value
        file = tmp_path / f"study{len(list(tmp_path.iterdir()))}.json"
        file.write_text(json.dumps(record), "utf-8")
        return file

    return make


def newer(study: Callable[..., Path], **changed: Any) -> Path:
    """A later version of our study."""
    return study(statusModule__lastUpdatePostDateStruct={"date": "2026-11-01", "type": "ACTUAL"}, **changed)


@pytest.mark.long
def test_a_new_project_from_a_record(in_app: Flask, study: Callable[..., Path]) -> None:
    assert bring_in(study()) == 0
    made = db.session.scalars(select(Project).where(Project.code == "NCT09990001")).one()
    assert (made.stage, made.status, made.modality) == ("PHASE_I_II", "ACTIVE", "CAR_T_AUTO")
    assert (made.pathway, made.indication_group, made.illustrative) == ("A_drug", "血液肿瘤", False)
    assert {(row.register, row.number) for row in made.registrations} == {
        ("NCT", "NCT09990001"),
        ("EUCT", "2026-599001-12-00"),
        ("CHICTR", "ChiCTR2699990001"),
    }
    assert [(row.institution.code, row.role) for row in made.parties] == [("RJ", "partner")]
    assert made.plan is not None
    assert {m.baseline for m in made.plan.milestones} == {None}  # the registry's dates are no promise of ours
    (kept,) = records("NCT09990001")
    assert kept.facts["sponsor"] == "Example Cell Company Ltd"
    assert kept.facts["institutions"] == ["Example University Hospital"]
    assert kept.stated_on == date(2026, 9, 10)
    assert list(verify.problems(db.session())) == []


def test_a_dry_run_writes_nothing_and_says_what_would_be(
    in_app: Flask, study: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    before = count()
    assert bring_in(study(), dry_run=True) == 0
    assert count() == before
    said = capsys.readouterr().out
    for part in (
        "would be read into the new project NCT09990001",
        "Start: 2026-03-16 Actual",
        "number: EUCT",
    ):
        assert part in said, part
    assert "not understood: protocolSection.identificationModule.secondaryIdInfos[2].id" in said


def test_importing_twice_changes_nothing(
    in_app: Flask, study: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert bring_in(study()) == 0
    before = count()
    capsys.readouterr()
    assert bring_in(study()) == 0
    assert bring_in(study(identificationModule__nctId=" nct 09990001")) == 0
    assert count()[0] == before[0]
    assert "changes nothing" in capsys.readouterr().out
    (DATA / "ctgov.json").read_bytes()
    assert bring_in(study()) == 0 and len(records("NCT09990001")) <= 2


def test_a_newer_version_is_kept_beside_the_old_one_and_shows_what_changed(
    in_app: Flask, study: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert bring_in(study(), project="KJS-003") == 0
    ledger = count()[4]
    capsys.readouterr()
    later = newer(study, statusModule__overallStatus="SUSPENDED")
    assert bring_in(later, as_json=True) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["counts"], said["written"]) == ({"update": 1}, True)
    changed = {c["key"]: (c["before"], c["after"]) for c in said["records"][0]["changes"]}
    assert changed == {"status": ("RECRUITING", "SUSPENDED"), "claimed": ("ACTIVE", "ON_HOLD")}
    assert [row.stated_on for row in records("KJS-003")] == [date(2026, 9, 10), date(2026, 11, 1)]
    assert count()[4] == ledger
    told = db.session.scalars(select(Notification).where(Notification.template == "projects:trial")).all()
    assert told and all(notice.address.startswith("/projects/KJS-003/records/") for notice in told)
    assert bring_in(study()) == 0  # the old one again
    assert bring_in(study(conditionsModule__keywords=["other"])) == 0  # another old one
    assert len(records("KJS-003")) == 2


def test_several_records_go_where_their_numbers_are(in_app: Flask) -> None:
    assert bring_in(DATA / "chictr.xml") == 0
    codes = {"CHICTR2699990003": "D_iit", "CHICTR2699990004": "A_drug"}
    found = db.session.scalars(select(Project).where(Project.code.in_(codes))).all()
    assert {project.code: project.pathway for project in found} == codes
    (first,) = [p for p in found if p.code == "CHICTR2699990003"]
    assert [(row.institution.code, row.role) for row in first.parties] == [("RJ", "sponsor")]
    assert db.session.scalar(select(func.count()).select_from(RegistrySource)) == 1
    before = count()
    assert bring_in(DATA / "chictr.xml") == 0
    assert count() == before


@pytest.mark.long
def test_a_file_is_for_who_sees_all_projects_whose_records_came_in_it(
    app: Flask, client: Callable[..., Critic]
) -> None:
    """It would name the trial of a project that is closed to the reader."""
    with app.app_context():
        assert bring_in(DATA / "chictr.xml") == 0
        with writing():
            found = {row.project.code: row for row in db.session.scalars(select(RegistryRecord))}
            mine = found["CHICTR2699990003"]
            found["CHICTR2699990004"].project.confidentiality = "team"
        path, digest = f"/projects/{mine.project.code}/records/{mine.id}", mine.source.sha256
    for short, status in (("member", 404), ("auditor", 200)):
        reader = client(short)
        page = reader.get(path)
        assert page.status_code == 200
        assert [f"{path}/file" in page.text, digest in page.text] == [status == 200] * 2, short
        for address in (f"{path}/file", f"/api/v1{path}/file"):
            answer = reader.get(address)
            assert (answer.status_code, b"ChiCTR2699990004" in answer.data) == (status, status == 200), short


def test_a_record_finds_its_project_by_a_further_number(in_app: Flask, study: Callable[..., Path]) -> None:
    with writing():
        thing = db.session.scalars(select(Project).where(Project.code == "KJS-005")).one()
        operations.register_number(
            thing, "EUCT", "2026-599001-12-00", actor=system_actor(), version=thing.version
        )
    assert bring_in(study()) == 0
    assert len(records("KJS-005")) == 1
    assert bring_in(study(), project="KJS-006") == 1  # its own number belongs to KJS-005 by now


@pytest.mark.parametrize(
    ("who", "project", "why"),
    [
        ("outsider", "", "may not register projects"),
        ("partner", "KJS-001", "may not change the project KJS-001"),
        ("auditor", "KJS-001", "may not change the project KJS-001"),
        ("lead2", "KJS-003", "taken"),
    ],
)
def test_rights_hold_in_the_terminal_too(
    in_app: Flask,
    study: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
    who: str,
    project: str,
    why: str,
) -> None:
    before = count()
    assert bring_in(study(), project=project, who=who) == 1
    assert why in capsys.readouterr().err and count() == before


@pytest.mark.parametrize("data", [b"", b"{", b"<html></html>", b"PK\x03\x04", b"{}", b"x"])
def test_what_cannot_be_read_is_one_line_and_nothing_written(
    in_app: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes
) -> None:
    before = count()
    (tmp_path / "f.json").write_bytes(data)
    assert bring_in(tmp_path / "f.json") == 1
    out = capsys.readouterr()
    assert out.out == "" and len(out.err.splitlines()) == 1 and "f.json" in out.err
    assert count() == before


if REAL:

    @pytest.mark.parametrize("file", REAL, ids=lambda path: path.name)
    def test_the_registries_own_records_import(empty_app: Flask, file: Path) -> None:
        with empty_app.app_context():
            assert bring_in(file) == 0
            kept = db.session.scalars(select(RegistryRecord)).all()
            assert kept and all(row.facts["dates"] and row.facts["sponsor"] for row in kept)
            assert not [said for row in kept for said in row.remarks if said["code"] == "field-unknown"]
            before = count()
            assert bring_in(file) == 0 and count() == before


def upload(visitor: Critic, address: str, data: bytes, **more: str) -> Any:
    """Send a file to the dry run."""
    return visitor.post(address, data={"record": (io.BytesIO(data), "f.json"), **more})


def offered(text: str) -> dict[str, str]:
    """What the form of consent carries."""
    return dict(HIDDEN.findall(text))


@pytest.mark.long
def test_the_way_through_the_browser(
    app: Flask, client: Callable[..., Critic], study: Callable[..., Path]
) -> None:
    lead = client("lead")
    page = "/projects/KJS-003"
    assert "还没有登记记录" in lead.get(page).text
    assert lead.get(f"{page}/records/import").status_code == 200
    answer = upload(lead, f"{page}/records/import", study().read_bytes())
    assert answer.status_code == 200
    for part in (
        "还没有写入任何内容",
        "NCT09990001",
        "记入项目 KJS-003",
        "2027-12 预计",
        "招募中",
        "I 期、II 期",
        "干预性研究",
        "没有读懂",
        "确认导入",
    ):
        assert part in answer.text, part
    with app.app_context():
        assert not records("KJS-003")
    assert lead.post(f"{page}/records/consent", data=offered(answer.text)).status_code == 303
    shown = lead.get(page).text
    assert 'href="https://clinicaltrials.gov/study/NCT09990001" rel="noopener noreferrer"' in shown
    assert "与登记平台不一致" in shown
    with app.app_context():
        (kept,) = records("KJS-003")
        address = f"{page}/records/{kept.id}"
    record = lead.get(address)
    assert record.status_code == 200 and "平台" in record.text
    file = lead.get(f"{address}/file")
    assert file.data == study().read_bytes() and "attachment" in file.headers["Content-Disposition"]
    again = upload(lead, f"{page}/records/import", study().read_bytes())
    assert "没有需要写入的内容" in again.text and "确认导入" not in again.text
    later = upload(
        lead, f"{page}/records/import", newer(study, statusModule__overallStatus="COMPLETED").read_bytes()
    )
    assert "有 2 处变化" in later.text and "招募中" in later.text and "研究已完成" in later.text


@pytest.mark.long
def test_a_new_project_through_the_browser(app: Flask, client: Callable[..., Critic]) -> None:
    lead = client("lead")
    answer = upload(lead, "/import/trial", (DATA / "chictr.xml").read_bytes(), lab="JL-01")
    assert "新建项目 JL-01-CHICTR2699990003" in answer.text
    held = offered(answer.text)
    changed = lead.post("/import/trial/consent", data={**held, "target-0": "skip", "target-1": "new"})
    assert changed.status_code == 409 and "再确认一次" in changed.text
    held = offered(changed.text)
    done = lead.post("/import/trial/consent", data={**held, "target-0": "skip", "target-1": "new"})
    assert done.status_code == 303 and done.headers["Location"].endswith("/projects/JL-01-CHICTR2699990004")
    with app.app_context():
        assert not records("JL-01-CHICTR2699990003")
        assert len(records("JL-01-CHICTR2699990004")) == 1
    assert lead.get("/projects/JL-01-CHICTR2699990004").status_code == 200


@pytest.mark.parametrize(
    ("key", "stated", "words"),
    [
        ("status", "NOT_YET_RECRUITING", "Not yet recruiting"),
        ("phase", "EARLY_PHASE1", "Early phase I"),
        ("phase", "PHASE2, PHASE3", "Phase II, Phase III"),
        ("phase", "0期临床试验", "0期临床试验"),  # what a registry says in words stays as it is
        ("phase", "PHASE9, PHASE1", "PHASE9, PHASE1"),
        ("status", "", ""),
    ],
)
def test_the_terms_of_a_registry_are_read_as_words(in_app: Flask, key: str, stated: str, words: str) -> None:
    with speaking("en"):
        assert shown(key, stated) == words


def test_what_a_person_may_not_see_stays_unsaid(
    client: Callable[..., Critic], study: Callable[..., Path]
) -> None:
    lead = client("lead")
    answer = upload(lead, "/projects/KJS-003/records/import", study().read_bytes())
    lead.post("/projects/KJS-003/records/consent", data=offered(answer.text))
    other = client("lead2")
    answer = upload(other, "/import/trial", study().read_bytes(), lab="JL-02")
    assert "KJS-003" not in answer.text
    assert client("outsider").get("/projects/KJS-003/records/1").status_code == 404


@pytest.mark.long
def test_made_up_consents_write_nothing(
    app: Flask, client: Callable[..., Critic], study: Callable[..., Path]
) -> None:
    lead = client("lead")
    with app.app_context():
        before = count()
    assert lead.post("/import/trial/consent", data={}).status_code == 422
    assert lead.post("/import/trial/consent", data={"files_packed": "QUJD"}).status_code == 422
    answer = upload(lead, "/import/trial", study().read_bytes(), lab="JL-01")
    held = offered(answer.text)
    assert lead.post("/import/trial/consent", data={**held, "seen": "0" * 64}).status_code == 409
    assert lead.post("/import/trial/consent", data={**held, "lab": "JL-99"}).status_code == 409
    assert lead.post("/projects/KJS-014/records/consent", data=held).status_code == 404
    with app.app_context():
        assert count() == before


def test_a_bad_file_comes_back_with_the_reason(client: Callable[..., Critic]) -> None:
    answer = upload(client("executive"), "/import/trial", b'{"a": 1')
    assert answer.status_code == 422 and "不是有效的 JSON" in answer.text
    english = client("executive")
    english.set_cookie("kjs_lang", "en")
    assert "Not valid JSON" in upload(english, "/import/trial", b"[").text


def test_on_a_past_day_the_records_of_then(
    app: Flask, client: Callable[..., Critic], study: Callable[..., Path]
) -> None:
    with app.app_context():
        assert bring_in(study(), project="KJS-003") == 0
        (kept,) = records("KJS-003")
    lead = client("lead")
    past = lead.get("/projects/KJS-003?as_of=2026-06-30").text
    assert "还没有登记记录" in past and "导入记录" not in past
    assert lead.get(f"/projects/KJS-003/records/{kept.id}?as_of=2026-06-30").status_code == 404


@pytest.mark.long
def test_the_page_costs_the_same_with_many_records(
    app: Flask, client: Callable[..., Critic], study: Callable[..., Path]
) -> None:
    lead = client("lead")
    lead.get("/projects/KJS-003")
    with queries_counted() as none:
        lead.get("/projects/KJS-003")
    with app.app_context():
        for number in range(3):
            assert (
                bring_in(
                    study(
                        identificationModule__nctId=f"NCT0999100{number}",
                        identificationModule__secondaryIdInfos=[],
                    ),
                    project="KJS-003",
                )
                == 0
            )
    with queries_counted() as many:
        lead.get("/projects/KJS-003")
    assert len(many) == len(none) + 1, many.shown  # without a registry number nothing is asked


def test_a_number_in_an_unknown_form_warns_and_is_kept(client: Callable[..., Critic]) -> None:
    lead = client("lead")
    page = lead.get("/projects/KJS-003/people").text
    version = re.findall(r'id="number-version"[^>]*value="(\d+)"', page)[0]
    data = {"register": "NCT", "number": "NCT12", "version": version}
    answer = lead.post("/projects/KJS-003/numbers", data=data, follow_redirects=True)
    assert answer.status_code == 200
    assert "登记号已保存。与 NCT 的格式不符" in answer.text
    shown = lead.get("/projects/KJS-003").text
    assert "NCT12" in shown and "clinicaltrials.gov/study/NCT12" not in shown


def test_milestones_stay_as_they_are(in_app: Flask, study: Callable[..., Path]) -> None:
    query = select(Milestone.id, Milestone.version, Milestone.forecast, Milestone.actual)
    before = db.session.execute(query).all()
    assert bring_in(study(), project="KJS-003") == 0
    assert db.session.execute(query).all() == before
