"""Programs bring files as pages do: in parts beside the fields, with their level, and read them again byte for byte."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.support import papers
from tests.support.critic import Critic
from tests.support.programs import program


def part(data: bytes, name: str) -> tuple[io.BytesIO, str]:
    """A file as a program sends it."""
    return io.BytesIO(data), name


@pytest.mark.long
def test_the_life_of_a_file(app: Flask, client: Callable[..., Critic]) -> None:
    send, files = program(app, client, "executive"), "/agreements/AGR-901/documents"
    about = {"kind": "annex", "note": "第一稿", "level": "team"}
    two = lambda: about | {"files": [part(papers.PDF, "a.pdf"), part(papers.JPEG, "b.jpg")]}  # noqa: E731
    first = send("POST", files, data=two(), Idempotency_Key="a")
    assert first.status_code == 201, first.text
    rows = {row["name"]: row for row in first.get_json()["data"]}
    assert rows["a.pdf"]["level"] == "team" and rows["a.pdf"]["note"] == "第一稿"
    again = send("POST", files, data=two(), Idempotency_Key="a")
    assert again.headers["Idempotency-Replayed"] == "true"
    other = about | {"files": [part(papers.pdf("c"), "a.pdf"), part(papers.JPEG, "b.jpg")]}
    assert send("POST", files, data=other, Idempotency_Key="a").status_code == 422
    one = f"{files}/{rows['a.pdf']['number']}"
    assert send("GET", one).get_json() == rows["a.pdf"]
    read = send("GET", f"{one}/file")
    assert (read.data, read.mimetype) == (papers.PDF, "application/pdf")
    assert client("outsider").get(f"/api/v1{one}/file").status_code == 404
    wider = send("POST", f"{one}/level", {"level": "", "was": "team"})
    assert wider.status_code == 200 and wider.get_json()["level"] == ""
    assert send("POST", f"{one}/level", {"level": "team", "was": "team"}).status_code == 422
    left = send("POST", f"{one}/withdrawal").get_json()
    assert [row["name"] for row in left["data"]] == ["b.jpg"]
    assert send("GET", f"{one}/file").status_code == 404
    for data, body, words in (
        ({"paper": part(papers.PDF, "a.pdf")}, None, "没有这一项。"),
        (None, {"files": "JVBERi0="}, "文件请用 multipart/form-data 发送。"),
        ({"files": part(papers.EXE, "a.exe")}, None, "不能上传"),
    ):
        answer = send("POST", files, body, data=data)
        assert answer.status_code == 422 and words in answer.get_json()["errors"][0]["detail"], answer.text
    assert send("POST", "/obligations", data={"files": part(papers.PDF, "a.pdf")}).status_code == 415
    nameless = b'--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x\r\nContent-Disposition: form-data; name="z"\r\n\r\n2\r\n--x--\r\n'
    answer = send("POST", files, data=nameless, content_type="multipart/form-data; boundary=x")
    assert (
        answer.status_code == 422 and {"field": "z", "detail": "没有这一项。"} in answer.get_json()["errors"]
    )


def test_the_versions_of_a_piece_of_evidence(app: Flask, client: Callable[..., Critic]) -> None:
    send = program(app, client, "lead")
    steps = send("GET", "/projects/KJS-003").get_json()["data"]["milestones"]
    code = next(row["code"] for row in steps if row["state"] == "open")
    proofs = f"/projects/KJS-003/milestones/{code}/evidence"
    brought = send("POST", proofs, data={"files": part(papers.PDF, "a.pdf"), "note": "报告"})
    assert brought.status_code == 201, brought.text
    piece = f"{proofs}/{brought.get_json()['data'][-1]['number']}"
    tag = send("GET", piece).headers["ETag"]
    newer = send("POST", f"{piece}/versions", data={"files": part(papers.pdf("b"), "b.pdf")}, If_Match=tag)
    assert newer.status_code == 200 and newer.get_json()["file_version"] == 2, newer.text
    late = send("POST", f"{piece}/versions", data={"files": part(papers.pdf("c"), "c.pdf")}, If_Match=tag)
    assert late.status_code == 412
    assert [row["name"] for row in send("GET", f"{piece}/files").get_json()["data"]] == ["b.pdf", "a.pdf"]
    assert send("GET", f"{piece}/files/1").data == papers.PDF


def test_a_file_of_json_is_described_as_what_it_is(client: Callable[..., Critic]) -> None:
    paths = client("member").get("/api/v1/openapi.json").get_json()["paths"]

    def told(path: str) -> dict[str, Any]:
        content: dict[str, Any] = paths[f"/api/v1{path}"]["get"]["responses"]["200"]["content"]
        return {kind: one["schema"] for kind, one in content.items()}

    assert told("/meetings/{code}/minutes.json") == {"application/json": {"type": "object"}}
    assert told("/meetings/{code}/minutes.pdf")["application/pdf"]["format"] == "binary"
