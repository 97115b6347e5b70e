"""Exported minutes can be checked by anybody: ours and a program written from the documented format agree."""

import copy
import io
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from kangjiansheng.committee.rules import verification
from kangjiansheng.core.digests import sha256
from tests.committee import independent_verifier
from tests.support.critic import Critic

Export = dict[str, Any]


@pytest.fixture
def export(client: Callable[..., Critic]) -> Export:
    """Minutes with a signed correction, as a member takes them."""
    return orjson.loads(client("member").get("/meetings/SAC-2026-01/minutes.json").data)


def _first_text(export: Export) -> dict[str, Any]:
    return next(p for b in export["text"]["blocks"] for p in b["paragraphs"] if p["kind"] == "text")


def a_word(export: Export) -> None:
    _first_text(export)["text"] += "。"


def a_word_and_its_own_hashes(export: Export) -> None:
    one = _first_text(export)
    one["text"] += "。"
    next(r for r in export["revisions"] if r["id"] == one["id"])["sha256"] = sha256(one["text"])
    export["text"]["signed"]["blocks"] = [sha256(block) for block in export["text"]["blocks"]]


def a_word_and_all_hashes_of_the_text(export: Export) -> None:
    a_word_and_its_own_hashes(export)
    export["draft"]["sha256"] = sha256(export["text"]["signed"])


def a_vote(export: Export) -> None:
    decided = next(p for b in export["text"]["blocks"] for p in b["paragraphs"] if p.get("decision"))
    decided["decision"]["votes_for"] = 9


def the_attendance(export: Export) -> None:
    export["text"]["signed"]["header"]["attendance"]["absent"] = []


def an_owner_of_an_action(export: Export) -> None:
    next(b for b in export["text"]["blocks"] if b["actions"])["actions"][0]["owner"] = "别人"


def the_order_of_paragraphs(export: Export) -> None:
    next(b for b in export["text"]["blocks"] if len(b["paragraphs"]) > 1)["paragraphs"].reverse()


def a_printed_name(export: Export) -> None:
    export["draft"]["signatures"][0]["row"]["printed_name"] = "别人"


def what_a_signature_means(export: Export) -> None:
    export["draft"]["signatures"][0]["row"]["meaning"] = "approve_with_reservation"


def the_time_of_a_signature(export: Export) -> None:
    row = export["draft"]["signatures"][0]["row"]
    row["signed_at"] = "2027" + row["signed_at"][4:]


def a_signature_taken_out(export: Export) -> None:
    export["draft"]["signatures"].pop()


def a_signature_put_in(export: Export) -> None:
    made = copy.deepcopy(export["draft"]["signatures"][0])
    made["row"]["person_id"] = 99
    made["digest"] = sha256(made["row"])
    export["draft"]["signatures"].append(made)


def what_a_correction_says(export: Export) -> None:
    export["amendments"][0]["text"]["signed"]["header"]["new"] = "四家实验室"


def which_text_is_corrected(export: Export) -> None:
    one = export["amendments"][0]
    one["text"]["signed"]["header"]["of_sha256"] = "0" * 64
    one["draft"]["sha256"] = sha256(one["text"]["signed"])
    for given in one["draft"]["signatures"]:
        given["row"]["text_sha256"] = one["draft"]["sha256"]


def a_correction_taken_out(export: Export) -> None:
    export["amendments"].clear()


def a_block_said_to_be_withheld(export: Export) -> None:
    export["text"]["blocks"][1] = None


def who_acted_in_the_trail(export: Export) -> None:
    export["trail"][0]["entry"]["actor_label"] = "别人"


def the_rows_of_an_entry(export: Export) -> None:
    export["trail"][0]["rows"].pop()


def when_it_came_to_stand(export: Export) -> None:
    export["approved_at"] = "2026-11-20T04:00:00.000000Z"


def when_a_correction_came_to_stand(export: Export) -> None:
    export["amendments"][0]["approved_at"] = "2026-11-20T04:00:00.000000Z"


TAMPERINGS = [
    a_word, a_word_and_its_own_hashes, a_word_and_all_hashes_of_the_text, a_vote, the_attendance,
    an_owner_of_an_action, the_order_of_paragraphs, a_printed_name, what_a_signature_means,
    the_time_of_a_signature, a_signature_taken_out, a_signature_put_in, what_a_correction_says,
    which_text_is_corrected, a_correction_taken_out, a_block_said_to_be_withheld, who_acted_in_the_trail,
    the_rows_of_an_entry, when_it_came_to_stand, when_a_correction_came_to_stand,
]  # fmt: skip


def test_what_is_whole_is_confirmed_by_both(export: Export) -> None:
    independent_verifier.verify(export)
    assert verification.check(export) == []


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
def test_each_tampering_is_caught_by_both(export: Export, tamper: Callable[[Export], None]) -> None:
    tamper(export)
    with pytest.raises(AssertionError):
        independent_verifier.verify(export)
    assert any(found.fault for found in verification.check(export))


def test_with_a_part_withheld_both_confirm_the_rest(client: Callable[..., Critic]) -> None:
    partly = orjson.loads(client("partner").get("/meetings/SAC-2026-02/minutes.json").data)
    independent_verifier.verify(partly)
    assert [f.code for f in verification.check(partly)] == ["withheld"]
    partly["whole"] = True
    with pytest.raises(AssertionError):
        independent_verifier.verify(partly)


@pytest.mark.parametrize("given", [None, [], {}, {"format": "x"}, "text", 7])
def test_what_is_no_export_is_said_to_be_none(given: object) -> None:
    assert [f.code for f in verification.check(given)] == ["not-an-export"]


@pytest.mark.parametrize("key", ["draft", "text", "trail", "amendments", "revisions", "whole"])
def test_an_export_without_a_part_is_no_export(export: Export, key: str) -> None:
    del export[key]
    assert any(found.fault for found in verification.check(export))


def test_the_separate_verifier_is_short_and_knows_nothing_of_ours() -> None:
    with open(independent_verifier.__file__, encoding="utf-8") as file:
        source = file.read()
    assert len(source.splitlines()) <= 60
    assert "kangjiansheng." not in source


def _upload(visitor: Critic, export: Export) -> str:
    file = (io.BytesIO(orjson.dumps(export)), "minutes.json")
    answer = visitor.post("/minutes/verify", data={"file": file})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_the_page_compares_with_what_is_held_here(client: Callable[..., Critic], export: Export) -> None:
    member = client("member")
    page = _upload(member, export)
    assert "文件完整，没有发现改动" in page
    assert "只校验了文件本身" not in page
    assert "只校验了文件本身" in _upload(client("outsider"), export), "what one may not see is not held here"
    tampered = copy.deepcopy(export)
    a_word(tampered)
    page = _upload(member, tampered)
    assert "第 1 部分与指纹不符" in page
    assert "文件完整" not in page


def test_a_file_made_anew_with_all_its_hashes_is_found_out_here(
    client: Callable[..., Critic], export: Export
) -> None:
    a_word_and_all_hashes_of_the_text(export)
    digest = export["draft"]["sha256"]
    lines = {}
    for one in export["draft"]["signatures"]:
        old = one["digest"]
        one["row"]["text_sha256"] = digest
        one["digest"] = lines[old] = sha256(one["row"])
    for correction in export["amendments"]:
        correction["text"]["signed"]["header"]["of_sha256"] = digest
        correction["draft"]["sha256"] = lines["c"] = sha256(correction["text"]["signed"])
        for one in correction["draft"]["signatures"]:
            old = one["digest"]
            one["row"]["text_sha256"] = lines["c"]
            one["digest"] = lines[old] = sha256(one["row"])
    last, before = {}, 0
    for one in export["trail"]:
        entry = one["entry"]
        one["rows"] = [
            line
            if line.rpartition(":")[2] not in lines
            else f"{line.rpartition(':')[0]}:{lines[line.rpartition(':')[2]]}"
            for line in one["rows"]
        ]
        entry["rows_digest"] = sha256("\n".join(one["rows"]))
        if entry["act"] == "committee:amendment:approve":
            entry["after"]["sha256"] = lines["c"]
        if entry["seq"] == before + 1:
            entry["prev_hash"] = last["hash"]
        one["hash"] = sha256(entry)
        last, before = one, entry["seq"]
    assert verification.check(export) == [], "a forger with time makes a file that agrees with itself"
    assert "本系统里第 1 稿的指纹不是这个" in _upload(client("member"), export)


def test_a_later_time_of_a_correction_is_found_out_here(
    client: Callable[..., Critic], export: Export
) -> None:
    """The file alone shows no more than that it is not before the signatures."""
    export["amendments"][0]["approved_at"] = "2027-01-01T00:00:00.000000Z"
    assert not [found for found in verification.check(export) if found.fault]
    assert "勘误 1 的生效时间与记录不符" in _upload(client("member"), export)


def test_what_was_left_out_is_found_out_here(client: Callable[..., Critic], export: Export) -> None:
    gone = export["amendments"].pop()
    digest = gone["draft"]["sha256"]
    kept = {s["row"]["change_set_id"] for s in export["draft"]["signatures"]}
    export["trail"] = [e for e in export["trail"] if e["entry"]["change_set_id"] in kept]
    assert digest not in str(export["trail"])
    assert verification.check(export) == []
    assert "勘误 1 在导出之前已经生效，文件里却没有" in _upload(client("member"), export)


def test_since_then_a_draft_was_signed(client: Callable[..., Critic]) -> None:
    member = client("member")
    export = orjson.loads(member.get("/meetings/SAC-2026-04/minutes.json").data)
    export["draft"]["signatures"], export["made_at"] = [], "2026-10-01T00:00:00.000000Z"
    export["trail"] = []
    assert "在导出之后签署了这一稿" in _upload(member, export)
    export["made_at"] = "2027-10-01T00:00:00.000000Z"
    assert "的签署，文件里没有" in _upload(member, export)


def test_the_code_on_paper_asks_by_fingerprint(client: Callable[..., Critic], export: Export) -> None:
    address = f"/minutes/verify?meeting=SAC-2026-01&sha256={export['draft']['sha256']}"
    assert "指纹属于 SAC-2026-01 第 1 稿" in client("member").get(address).get_data(as_text=True)
    assert "没有您能看到的" in client("outsider").get(address).get_data(as_text=True)
    wrong = address.replace(export["draft"]["sha256"], "0" * 64)
    assert "没有您能看到的" in client("member").get(wrong).get_data(as_text=True)


@pytest.mark.parametrize("content", [b"", b"no json", b"[" * 5000, b'{"format": 1}', b"%PDF-1.7 nothing"])
def test_any_file_gets_an_answer(client: Callable[..., Critic], content: bytes) -> None:
    answer = client("member").post("/minutes/verify", data={"file": (io.BytesIO(content), "x.pdf")})
    assert answer.status_code == 200
    said = answer.get_data(as_text=True)
    assert "文件完整" not in said
    assert "这份文件不能校验" in said and "处与签署的内容不符" not in said, "a wrong file accuses nobody"
    assert client("member").post("/minutes/verify", data={}).status_code == 422
