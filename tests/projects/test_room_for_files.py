"""The files of a project have so much room: the page says when it is nearly used, and a refusal what to do."""

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.committee.models import Action, Meeting, Minutes, MinutesImport, Paper
from kangjiansheng.committee.queries import shelves
from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.files import FileBlob, FileRef
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.models import Agreement, Obligation
from kangjiansheng.labs.queries.documents import shelf_of
from tests.support import papers
from tests.support.acting import who
from tests.support.critic import Critic

PATH, OTHER = "/projects/KJS-003/milestones/A140", "/projects/KJS-014/milestones/A190"


def bring(visitor: Critic, words: str, at: str = PATH, language: str = "") -> object:
    data = {
        "files": [(io.BytesIO(papers.pdf(words * 1000)), "x.pdf")],
        "kind": "E1",
        "note": f"note {words[:3]}",
    }
    return visitor.post(f"{at}/evidence", data=data, query_string={"lang": language} if language else {})


@pytest.mark.long
def test_a_quota_for_each_project_and_for_all(app: Flask, client: Callable[..., Critic]) -> None:
    lead, admin = client("lead"), client("admin")
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], files_each=1)
    assert bring(lead, "a" * 500).status_code == 303
    piece = f"{PATH}/evidence/2"
    assert "文件已用" not in lead.get(f"{PATH}/evidence/1").text + lead.get(PATH).text
    assert bring(lead, "b" * 350).status_code == 303
    for page in (PATH, piece):  # in the toast, and where the next version is brought
        assert "文件已用 830 KB，上限 1.0 MB（81%）" in lead.get(page).text
    refused = bring(lead, "c" * 300)
    assert refused.status_code == 422 and "note ccc" in refused.text
    assert "本项目的文件最多共 1.0 MB，放不下这份 293 KB" in refused.text and "请压缩后再传" in refused.text
    assert "files of this project" in bring(lead, "c" * 300, language="en").text
    assert "本項目的檔案" in bring(lead, "c" * 300, language="zh-Hant").text
    program = bring(lead, "c" * 300, at=f"/api/v1{PATH}")
    assert program.status_code == 422 and "KJS_FILES_EACH" in program.get_json()["errors"][0]["detail"]
    lead.post(f"{piece}/withdrawal", data={"note": "wrong", "version": "1"})
    assert bring(lead, "c" * 300).status_code == 422, "the record keeps what was withdrawn"
    assert bring(client("lead2"), "c" * 300, at=OTHER).status_code == 303, (
        "other projects have room of their own"
    )
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], files_each=10, files_all=1)
    assert "本系统的文件最多共 1.0 MB" in bring(lead, "d" * 300).text
    system = admin.get("/admin/system").text
    assert "1.0 MB，已用 1" in system and "10.0 MB" in system and "文件空间将满" in system


def test_each_file_of_a_committee_and_of_an_agreement_lies_on_its_shelf(in_app: Flask) -> None:
    meeting = db.session.scalars(select(Meeting).join(Meeting.minutes).join(Minutes.paragraphs)).first()
    everything = who("executive")
    assert meeting is not None and meeting.minutes is not None
    with writing():
        blob = FileBlob(sha256="0" * 64, size=1000, media_type="application/pdf")
        paper = Paper(agenda_item_id=meeting.items[0].id, title="x", position=9)
        row = MinutesImport(
            committee_id=meeting.committee_id, by_id=1, name="x", kind="pasted", sha256="", text="", origin="",
            chosen={}, counts={}, created_at=clock.now(),
        )  # fmt: skip
        db.session.add_all([blob, paper, row])
        db.session.flush()
        action = db.session.scalars(
            select(Action).where(Action.meeting.has(committee_id=meeting.committee_id))
        ).first()
        agreement = db.session.scalars(select(Agreement).join(Obligation)).first()
        things = [paper, row, meeting.minutes, meeting.minutes.paragraphs[0], action]
        owed = db.session.scalars(select(Obligation).where(Obligation.agreement_id == agreement.id)).first()
        before = [
            shelf.room(actor=everything).used
            for shelf in (shelves.shelf_of(meeting.committee_id), shelf_of(agreement))
        ]
        for thing in (*things, agreement, owed):
            for number, gone in ((98, clock.now()), (99, None)):  # what was disposed of takes no room
                ref = FileRef(
                    blob=blob, thing=thing.__tablename__, thing_id=thing.id, version_no=number,
                    name="x", by_id=everything.id, at=clock.now(), disposed_at=gone,
                )  # fmt: skip
                db.session.add(ref)
        db.session.flush()
        after = [
            shelf.room(actor=everything).used
            for shelf in (shelves.shelf_of(meeting.committee_id), shelf_of(owed))
        ]
    assert [b - a for a, b in zip(before, after, strict=True)] == [1000 * len(things), 2000]
