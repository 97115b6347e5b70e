"""A portfolio comes in through the browser: looked at first, then written in one act."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from kangjiansheng.accounts import operations, queries
from kangjiansheng.accounts.models import Person
from kangjiansheng.core import verify
from kangjiansheng.core.changes import ChangeSet
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects.forms.uploads import LARGEST, ConsentForm, pack
from kangjiansheng.projects.models import Project
from tests.support.critic import Critic

FOLDER = Path(__file__).resolve().parents[1] / "data" / "portfolio"
TABLES = ("portfolio", "milestones", "forecast_history", "joint_labs")
CONSENT = re.compile(r'name="(files_packed|seen)" value="([^"]+)"')


def files(**changed: bytes) -> dict[str, tuple[io.BytesIO, str]]:
    data = {t: changed.get(t, (FOLDER / f"demo_{t}.csv").read_bytes()) for t in TABLES}
    return {t: (io.BytesIO(d), f"{t}.csv") for t, d in data.items() if d}


@pytest.fixture
def admin(empty_app: Flask) -> Critic:
    with empty_app.app_context(), writing():
        account = operations.create_first_admin(
            actor=queries.system_actor(),
            name_hans="管理员",
            email="a@kjs.example",
            password="seven quiet cranes",
        )
        assert account.id
    visitor = Critic(empty_app)
    data = {"email": "a@kjs.example", "password": "seven quiet cranes"}
    assert visitor.post("/sign-in", data=data).status_code == 303
    assert visitor.post("/account/notice", data={"number": "0"}).status_code == 303
    return visitor


def projects(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count(Project.id))) or 0


@pytest.mark.long
def test_a_dry_run_shows_everything_and_writes_nothing(empty_app: Flask, admin: Critic) -> None:
    assert admin.get("/import/portfolio").status_code == 200
    answer = admin.post("/import/portfolio", data=files())
    assert answer.status_code == 200
    for part in ("新建 20 个项目", "KJS-001", "KJS-020", "JL-01", "示例数据", "确认导入"):
        assert part in answer.text, part
    assert projects(empty_app) == 0


@pytest.mark.long
def test_consent_writes_it_in_one_act(empty_app: Flask, admin: Critic) -> None:
    offered = dict(CONSENT.findall(admin.post("/import/portfolio", data=files()).text))
    assert admin.post("/import/portfolio/consent", data=offered).status_code == 303
    assert projects(empty_app) == 20
    with empty_app.app_context():
        change = db.session.scalars(select(ChangeSet).where(ChangeSet.label == "portfolio")).one()
        who = db.session.get_one(Person, change.actor_id)
        assert who.email == "a@kjs.example"
        assert list(verify.problems(db.session())) == []
    again = admin.post("/import/portfolio", data=files())
    assert "没有需要写入的内容" in again.text and "确认导入" not in again.text


def test_an_error_refuses_the_whole_and_names_the_row(empty_app: Flask, admin: Critic) -> None:
    text = (FOLDER / "demo_portfolio.csv").read_text("utf-8-sig")
    header, first, *rest = text.splitlines()
    column = header.split(",").index("status")
    assert column
    broken = text.replace(first.split(",")[0], "kjs 001!", 1).encode()
    answer = admin.post("/import/portfolio", data=files(portfolio=broken))
    assert answer.status_code == 422
    assert "不能导入" in answer.text and "编号须由" in answer.text and "确认导入" not in answer.text
    assert projects(empty_app) == 0 and rest


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"", b"PK\x03\x04 no csv", b'"' * 999, "编号\n1".encode("gb18030")]
)
def test_what_is_no_table_is_refused_in_words(empty_app: Flask, admin: Critic, content: bytes) -> None:
    answer = admin.post("/import/portfolio", data=files(portfolio=content or b"\n"))
    assert answer.status_code == 422 and projects(empty_app) == 0


def test_a_missing_file_is_asked_for(admin: Critic) -> None:
    answer = admin.post("/import/portfolio", data=files(milestones=b""))
    assert answer.status_code == 422 and "请选择文件" in answer.text


@pytest.mark.long
def test_consent_to_something_else_by_now_is_asked_for_again(empty_app: Flask, admin: Critic) -> None:
    offered = dict(CONSENT.findall(admin.post("/import/portfolio", data=files()).text))
    answer = admin.post("/import/portfolio/consent", data={**offered, "seen": "0" * 64})
    assert answer.status_code == 409 and "请再确认一次" in answer.text
    assert projects(empty_app) == 0


@pytest.mark.parametrize(
    "packed", ["", "x", "é", "QUJD", pack({"other.csv": b"x"}), pack({"portfolio.csv": b"x"})]
)
def test_a_made_up_consent_writes_nothing(empty_app: Flask, admin: Critic, packed: str) -> None:
    data = {"files_packed": packed, "seen": "x"}
    assert admin.post("/import/portfolio/consent", data=data).status_code == 422
    assert projects(empty_app) == 0


def test_a_small_body_that_unpacks_to_a_huge_one_is_refused(empty_app: Flask) -> None:
    bomb = pack({"portfolio.csv": b"0" * (LARGEST + 10)})
    assert len(bomb) < 200_000
    with empty_app.test_request_context("/", method="POST", data={"files_packed": bomb}):
        assert ConsentForm().files() is None


@pytest.mark.parametrize("who", ["auditor", "lead", "partner", "secretary", "chair", "outsider"])
def test_nobody_else_imports(client: Callable[..., Critic], who: str) -> None:
    visitor = client(who)
    assert visitor.get("/import/portfolio").status_code == 403
    assert visitor.post("/import/portfolio", data=files()).status_code == 403
    assert visitor.post("/import/portfolio/consent", data={}).status_code == 403


def test_an_executive_may(client: Callable[..., Critic]) -> None:
    assert client("executive").get("/import/portfolio").status_code == 200
