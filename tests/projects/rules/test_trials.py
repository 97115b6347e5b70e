"""Files of trial registries: what is read, what it means here, what is said of the rest, and what is refused."""

import copy
import json
import string
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.projects.rules import registry
from kangjiansheng.projects.rules.trials import LARGEST, read
from kangjiansheng.projects.rules.trials.compare import beside, changes
from kangjiansheng.projects.rules.trials.meaning import phases, reference
from kangjiansheng.projects.rules.trials.record import Day, read_day
from kangjiansheng.projects.rules.vocabulary import indication_groups, modalities, project_statuses, stages

DATA = Path(__file__).parents[2] / "data" / "trials"
CTGOV = json.loads((DATA / "ctgov.json").read_text("utf-8"))
CTIS = json.loads((DATA / "ctis.json").read_text("utf-8"))
XML = (DATA / "chictr.xml").read_text("utf-8")


def one(data: Any) -> Any:
    """The only record of a file."""
    (trial,) = read(data if isinstance(data, bytes) else json.dumps(data).encode()).trials
    return trial


def refused(data: bytes) -> str:
    """Why a file is refused."""
    with pytest.raises(RuleBroken) as found:
        read(data)
    assert found.value.field == "file"
    return found.value.code.removeprefix("projects:trial-")


def test_a_study_of_clinicaltrials_gov() -> None:
    trial = one(CTGOV)
    assert (trial.number.normal, trial.stated_on) == ("NCT09990001", date(2026, 9, 10))
    assert (trial.stage, trial.claimed) == ("PHASE_I_II", "ACTIVE")
    assert (trial.modality, trial.group) == ("CAR_T_AUTO", "血液肿瘤")
    assert trial.sponsor == "Example Cell Company Ltd" and trial.industry
    assert trial.institutions == ["Example University Hospital"]
    assert {name: (day.text, day.kind) for name, day in trial.dates.items()} == {
        "start": ("2026-03-16", "actual"),
        "primary_completion": ("2027-12", "planned"),
        "completion": ("2029-06-30", "planned"),
        "first_posted": ("2026-01-20", "actual"),
    }
    assert [(n.registry, n.normal) for n in trial.others] == [
        ("EUCT", "2026-599001-12-00"),
        ("CHICTR", "ChiCTR2699990001"),
    ]
    assert trial.other_ids == ["2019-00-01", "EX-77", "EX-CART-01"]
    assert [remark.code for remark in trial.remarks] == ["number-format"]  # of EudraCT
    assert "protocolSection.eligibilityModule" in trial.left and "derivedSection" in trial.left


def test_a_trial_of_ctis() -> None:
    trial = one(CTIS)
    assert (trial.number.normal, trial.stated_on) == ("2026-599002-21-00", date(2026, 5, 30))
    assert (trial.stage, trial.claimed, trial.status) == ("PIVOTAL_II", "ACTIVE", "Authorised, recruiting")
    assert (trial.modality, trial.group) == ("MSC_UC", "移植相关")
    assert trial.sponsor == "Example University Clinic" and not trial.industry
    assert trial.institutions == ["Example Hospital Madrid"]
    assert trial.dates["start"] == Day(date(2026, 10, 1), date(2026, 10, 1), "planned")
    assert [n.registry for n in trial.others] == ["NCT", "UTN", "JRCT"]
    assert [remark.code for remark in trial.remarks] == ["phase-between"]


def test_trials_of_chictr() -> None:
    first, second = read(XML.encode()).trials
    assert (first.number.normal, first.stage, first.claimed) == ("ChiCTR2699990003", "IIT", "ACTIVE")
    assert (first.modality, first.group) == ("MSC_UC", "骨关节")
    assert first.sponsor == "瑞金医院" and first.institutions == [] and not first.industry
    assert [n.registry for n in first.others] == ["UTN", "MR_IIT"] and first.other_ids == ["2026-伦审-03"]
    assert (second.stage, second.modality, second.industry) == ("PHASE_I", "CAR_T_ALLO", True)
    assert (second.dates["start"].text, second.dates["first_posted"].text) == ("2026-07", "2026-05-06")
    assert [(r.code, r.path) for r in second.remarks] == [("field-unknown", "main.result_note")]


@pytest.mark.parametrize("declared", ["GBK", "gb2312", "GB18030", "UTF-16", "utf-8"])
def test_xml_in_the_encodings_that_it_declares(declared: str) -> None:
    codec = {"GBK": "gb18030", "gb2312": "gb18030", "GB18030": "gb18030"}.get(declared, declared)
    data = XML.replace('encoding="UTF-8"', f'encoding="{declared}"').encode(codec)
    assert [trial.facts() for trial in read(data).trials] == [t.facts() for t in read(XML.encode()).trials]


def test_names_of_elements_in_any_case_and_space() -> None:
    shouted = XML.replace("<trial>", "<Trial><!-- x -->").replace("</trial>", "</Trial>")
    shouted = shouted.replace("<main>", "<Main>").replace("</main>", "</Main>")
    shouted = shouted.replace("<Triallist>", '<Triallist xmlns="urn:x">')
    assert [trial.facts() for trial in read(shouted.encode()).trials] == [
        trial.facts() for trial in read(XML.encode()).trials
    ]
    alone = "<Trial><Main><Trial_ID>ChiCTR2699990007</Trial_ID></Main></Trial>"
    assert one(alone.encode()).number.normal == "ChiCTR2699990007"


def test_what_declares_gbk_and_is_utf_8_is_read_as_what_it_is() -> None:
    data = XML.replace('encoding="UTF-8"', 'encoding="GBK"').encode()
    assert read(data).trials[0].sponsor == "瑞金医院"


def test_several_records_in_one_file() -> None:
    other = copy.deepcopy(CTGOV)
    other["protocolSection"]["identificationModule"]["nctId"] = "NCT09990009"
    for listed in ({"studies": [CTGOV, other]}, [CTGOV, other], [CTGOV, CTIS], [CTGOV, CTGOV, other]):
        assert len(read(json.dumps(listed).encode()).trials) == 2


def test_two_versions_of_one_record_in_a_file_are_refused() -> None:
    other = copy.deepcopy(CTGOV)
    other["protocolSection"]["statusModule"]["overallStatus"] = "COMPLETED"
    assert refused(json.dumps([CTGOV, other]).encode()) == "number-twice"


def test_what_changes_with_each_download_makes_no_version() -> None:
    other = copy.deepcopy(CTGOV) | {"record_last_import": "2026-11-25", "ctrname": "CTGOV2"}
    other["derivedSection"]["miscInfoModule"]["versionHolder"] = "2026-11-25"
    assert one(other).content == one(CTGOV).content
    other["protocolSection"]["descriptionModule"]["briefSummary"] = "Changed."
    assert one(other).content != one(CTGOV).content


ENTITY = (
    '<!DOCTYPE t [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><Triallist>&b;</Triallist>'
)
OUTSIDE = '<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]><Triallist>&x;</Triallist>'


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"[" + b" " * LARGEST + b"]", "too-large"),
        (b"PK\x03\x04....", "is-archive"),
        (b"\x1f\x8b\x08", "is-archive"),
        (b"%PDF-1.7", "is-archive"),
        (b"hello", "format-unknown"),
        (b"NCT01234567,x", "format-unknown"),
        (b"{", "not-json"),
        (b'{"a": NaN}', "not-json"),
        (b'{"ctNumber": "\\ud800"}', "not-json"),
        (b"[" * 3000 + b"]" * 3000, "not-json"),
        (b"[]", "no-record"),
        (b'{"studies": []}', "no-record"),
        (b"{}", "record-unknown"),
        (b"[1]", "record-unknown"),
        (b'{"protocolSection": []}', "record-unknown"),
        (b'{"protocolSection": {}}', "number-missing"),
        (b'{"ctNumber": null}', "number-missing"),
        (b'{"ctNumber": ["2026-599002-21-00", [1]], "a": ' + b"[" * 900 + b"]" * 900 + b"}", "too-deep"),
        ('{"ctNumber": "临床试验"}'.encode("gbk"), "not-text"),
        (b"<Triallist>", "not-xml"),
        (b"<Triallist/>", "no-record"),
        (b"<Triallist><trial/></Triallist>", "record-unknown"),
        (b"<trial><main><trial_id/></main></trial>", "number-missing"),
        (b"<rss><channel/></rss>", "root-unknown"),
        (b"<html><body>503</body></html>", "is-page"),
        (b"<!DOCTYPE html><html><body>503<br></body></html>", "is-page"),
        (b"<html><p>503<br></html>", "is-page"),
        (ENTITY.encode(), "entities"),
        (OUTSIDE.encode(), "entities"),
        (b'<?xml version="1.0" encoding="zlib"?><Triallist>\xff</Triallist>', "encoding-unknown"),
        (b'<?xml version="1.0" encoding="utf-8"?><Triallist>\xff</Triallist>', "not-text"),
        (b'<?xml version="1.0" encoding="gbk"?><Triallist>\xff\xff</Triallist>', "not-text"),
    ],
)
def test_what_is_no_registrys_file_is_refused_with_the_reason(data: bytes, why: str) -> None:
    assert refused(data) == why


def test_a_very_deep_xml_is_read_in_no_time() -> None:
    deep = "<a>" * 50_000 + "</a>" * 50_000
    started = time.monotonic()
    trial = one(f"<trial><main><trial_id>ChiCTR2699990005</trial_id></main>{deep}</trial>".encode())
    assert trial.remarks and time.monotonic() - started < 5


def test_what_a_record_does_not_say_is_said() -> None:
    trial = one({"protocolSection": {"identificationModule": {"nctId": "NCT 0999 0001"}}})
    assert trial.number.normal == "NCT09990001"
    codes = {remark.code for remark in trial.remarks}
    assert codes == {"status-unstated", "phase-unstated", "modality-unknown", "group-unknown"}
    assert (trial.stage, trial.claimed, trial.modality, trial.dates) == ("IIT", "ACTIVE", "UNCLASSIFIED", {})


def test_fields_and_values_that_are_not_known_are_named_with_their_path() -> None:
    odd = copy.deepcopy(CTGOV)
    odd["protocolSection"]["statusModule"]["overallStatus"] = "SLEEPING"
    odd["protocolSection"]["statusModule"]["startDateStruct"]["date"] = "next spring"
    odd["protocolSection"]["designModule"]["phases"] = ["PHASE9"]
    odd["protocolSection"]["identificationModule"]["nickname"] = "x"
    odd["protocolSection"]["identificationModule"]["briefTitle"] = {"en": "x"}
    odd["protocolSection"]["contactsLocationsModule"]["locations"] = [{"facility": "A"}, {"colour": "red"}]
    odd["extraSection"] = {"a": 1}
    found = {(remark.path, remark.code) for remark in one(odd).remarks}
    here = "protocolSection"
    assert {
        (f"{here}.statusModule.overallStatus", "value-unknown"),
        (f"{here}.statusModule.startDateStruct.date", "date-unreadable"),
        (f"{here}.designModule.phases", "value-unknown"),
        (f"{here}.identificationModule.nickname", "field-unknown"),
        (f"{here}.identificationModule.briefTitle", "type-unexpected"),
        (f"{here}.contactsLocationsModule.locations[1].colour", "field-unknown"),
        ("extraSection", "field-unknown"),
    } <= found


def test_thousands_of_odd_fields_are_not_all_listed() -> None:
    odd = CTGOV | {f"field{n}": "x" for n in range(5000)}
    remarks = one(odd).remarks
    assert len(remarks) <= 201 and remarks[-1].code == "more"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Phase 1", (1,)), ("PHASE1", (1,)), ("EARLY_PHASE1", (0,)), ("NA", ()), ("", ()), ("N/A", ()),
        ("Phase 1/Phase 2", (1, 2)), ("I/II期", (1, 2)), ("Ⅱ期", (2,)), ("Ⅰ期", (1,)), ("II-III", (2, 3)), ("2-3", (2, 3)),
        ("Therapeutic confirmatory  (Phase III)", (3,)), ("Phase IIa", (2,)), ("1b", (1,)), ("Phase I and Phase II (Integrated)- Other", (1, 2)),
        ("上市后药物", (4,)), ("Post-market", (4,)), ("IV期", (4,)), ("0", (0,)), ("探索性研究/预试验", (0,)), ("其它", ()),
        ("New Treatment Measure Clinical Study", (0,)), ("PHASE9", None), ("soon", None),
    ],
)  # fmt: skip
def test_phases_in_the_words_of_the_registries(text: str, found: tuple[int, ...] | None) -> None:
    assert phases(text) == found


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("2026-03-16", "2026-03-16"), ("2026-03", "2026-03"), ("16/03/2026", "2026-03-16"), ("20260316", "2026-03-16"),
        ("2026年3月16日", "2026-03-16"), ("2026/3/6", "2026-03-06"), ("March 2026", "2026-03"), ("March 16, 2026", "2026-03-16"),
        ("2026-03-16T03:39:42.5", "2026-03-16"), ("２０２６－０３", "2026-03"), ("2026", None), ("2026-02-30", None),
        ("03/16/2026", None), ("spring", None), ("", None), ("2026-13", None),
    ],
)  # fmt: skip
def test_dates_in_the_ways_of_the_registries(typed: str, text: str | None) -> None:
    found = read_day(typed)
    assert (found.text if found else None) == text


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), st.dates(date(1950, 1, 1), date(2150, 1, 1)))
def test_days_between_ours_and_a_stated_day_or_month(stated: date, ours: date) -> None:
    exact = read_day(stated.isoformat())
    month = read_day(stated.strftime("%Y-%m"))
    assert exact is not None and month is not None
    assert exact.days_from(ours) == (ours - stated).days
    assert month.first <= stated <= month.last and read_day(month.text) == month
    distance = month.days_from(ours)
    assert (distance == 0) == (month.first <= ours <= month.last)
    assert abs(distance) <= abs(exact.days_from(ours))


def test_every_meaning_is_a_word_of_the_vocabulary() -> None:
    words = reference()
    assert {code for code, _ in words["modalities"]} <= set(modalities())
    assert {code for code, _ in words["groups"]} <= set(indication_groups())
    meant = {status for table in words["statuses"].values() for status in table.values()}
    assert meant - {""} <= set(project_statuses())
    for rows in words["milestones"].values():
        assert all(set(row[3]) <= set(stages()) for row in rows)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("CAR-T cells, donor-derived allogeneic CAR-T", "CAR_T_ALLO"), ("CD19 CAR-NK cells", "CAR_NK"), ("axicabtagene ciloleucel", "CAR_T_AUTO"),
        ("lifileucel", "TIL"), ("自体CAR-T细胞", "CAR_T_AUTO"), ("CAR-γδT", "CAR_GDT"), ("adipose-derived mesenchymal stem cells", "MSC_AD"),
        ("hUC-MSCs", "MSC_UC"), ("iPSC-derived NK cells", "IPSC_NK"), ("in vivo CAR-T", "CAR_T_INVIVO"), ("exagamglogene autotemcel", "HSC_GT"),
        ("filgrastim", "UNCLASSIFIED"), ("placebo", "UNCLASSIFIED"), ("cardiac surgery", "UNCLASSIFIED"),
    ],
)  # fmt: skip
def test_the_kind_of_therapy_from_the_interventions(said: str, code: str) -> None:
    record = copy.deepcopy(CTGOV)
    record["protocolSection"]["identificationModule"] |= {"briefTitle": "A study", "officialTitle": ""}
    record["protocolSection"]["armsInterventionsModule"]["interventions"] = [{"name": said}]
    assert one(record).modality == code


def test_two_versions_show_what_changed() -> None:
    newer = copy.deepcopy(CTGOV)
    newer["protocolSection"]["statusModule"]["overallStatus"] = "SUSPENDED"
    newer["protocolSection"]["statusModule"]["startDateStruct"] = {"date": "2026-04", "type": "ACTUAL"}
    newer["protocolSection"]["contactsLocationsModule"]["locations"].append({"facility": "Second Hospital"})
    found = {c.key: (c.before, c.after) for c in changes(one(CTGOV).facts(), one(newer).facts())}
    assert found == {
        "status": ("RECRUITING", "SUSPENDED"),
        "claimed": ("ACTIVE", "ON_HOLD"),
        "dates.start": ("2026-03-16 actual", "2026-04 actual"),
        "institutions": ("", "Second Hospital"),
    }
    assert changes(one(newer).facts(), one(newer).facts()) == []


class Milestone:
    """A milestone as a plan has it."""

    def __init__(self, code: str, promised: date, actual: date | None = None) -> None:
        self.code, self.promised, self.actual, self.state = code, promised, actual, "open"


def test_the_registrys_dates_beside_ours() -> None:
    plan = [Milestone("A170", date(2026, 3, 20)), Milestone("A165", date(2026, 1, 1), date(2026, 1, 20))]
    found = {b.name: b for b in beside(one(CTGOV).facts(), "A_drug", plan)}
    assert (found["start"].days, found["start"].differs) == (4, True)
    assert (found["first_posted"].days, found["first_posted"].differs) == (0, False)
    assert found["completion"].milestone is None and not found["completion"].differs
    early = [Milestone("D110", date(2027, 11, 1)), Milestone("D120", date(2031, 1, 1))]
    found = {b.name: b for b in beside(one(CTGOV).facts(), "D_iit", early)}
    assert found["primary_completion"].differs and found["primary_completion"].days == -30
    assert not found["completion"].differs


@pytest.mark.parametrize("code", sorted(registry.registries()))
def test_a_public_address_only_for_numbers_in_their_form(code: str) -> None:
    rule = registry.registries()[code]
    for example in rule.examples:
        found = registry.address(code, example)
        assert (found is None) == (rule.address is None)
        assert found is None or (found.startswith("https://") and found.endswith(example))
    for wrong in (*rule.invalid, '"><script>', "../x", ""):
        assert registry.address(code, wrong) is None
    assert registry.address("NOWHERE", "1") is None


# What follows throws broken records at the reader: it may remark and refuse, never fail in another way.
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
)
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4), max_leaves=12
)  # fmt: skip


def paths(record: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """All places in a record."""
    items = (
        record.items() if isinstance(record, dict) else enumerate(record) if isinstance(record, list) else ()
    )
    return [here, *(path for key, value in items for path in paths(value, (*here, key)))]


def replaced(record: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy with something else in one place."""
    if not path:
        return value
    changed = copy.deepcopy(record)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed


def survives(data: bytes) -> None:
    try:
        reading = read(data)
    except RuleBroken as problem:
        assert problem.field == "file" and problem.code.startswith("projects:trial-")
        return
    for trial in reading.trials:
        assert (
            trial.stage in stages() and trial.claimed in project_statuses() and trial.modality in modalities()
        )
        assert trial.number and trial.number.normal and len(trial.remarks) <= 201
        json.dumps([trial.facts(), trial.said(), trial.left])
        assert "\0" not in json.dumps(trial.facts(), ensure_ascii=False)
        beside(trial.facts(), "A_drug", [])
        assert changes(trial.facts(), trial.facts()) == []


@pytest.mark.long
@given(st.data())
def test_a_record_with_anything_in_any_place_never_breaks_the_reader(data: st.DataObject) -> None:
    record = data.draw(st.sampled_from([CTGOV, CTIS]))
    for _ in range(data.draw(st.integers(1, 3))):
        record = replaced(record, data.draw(st.sampled_from(paths(record))), data.draw(anything))
    try:
        text = json.dumps(record).encode()
    except (TypeError, ValueError):
        return
    survives(text)


@given(st.data())
def test_cut_and_spoiled_files_never_break_the_reader(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([json.dumps(CTGOV).encode(), json.dumps(CTIS).encode(), XML.encode()]))
    place = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(place, min(len(whole), place + 40)))
    survives(whole[:place] + data.draw(st.binary(max_size=8)) + whole[end:])


@pytest.mark.long
@given(
    st.text(alphabet=string.printable + "癌期\0\ud7ff", max_size=60),
    st.sampled_from(["phase", "i_freetext", "date_enrolment", "recruitment_status", "trial_id"]),
)
def test_any_text_in_an_element_never_breaks_the_reader(said: str, name: str) -> None:
    from xml.sax.saxutils import escape

    survives(
        f"<trial><main><trial_id>ChiCTR2699990003</trial_id><{name}>{escape(said)}</{name}></main></trial>".encode()
    )


@given(st.binary(max_size=200))
def test_any_bytes_never_break_the_reader(data: bytes) -> None:
    survives(data)
