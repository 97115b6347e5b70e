"""The reference data is whole, in three scripts, and agrees with itself."""

import json
import re
from pathlib import Path

import pytest

import kangjiansheng.labs
import kangjiansheng.projects
from kangjiansheng.projects.rules import registry, vocabulary
from kangjiansheng.projects.rules.codes import is_code, is_decision

FOLDERS = [
    Path(package.__path__[0]) / "reference" for package in (kangjiansheng.labs, kangjiansheng.projects)
]
FILES = sorted(path for folder in FOLDERS for path in folder.rglob("*.json"))
CJK = re.compile(r"[\u4e00-\u9fff]")


def labels(data):
    if isinstance(data, dict):
        if set(data) == {"hans", "hant", "en"}:
            yield data
        else:
            for value in data.values():
                yield from labels(value)
    elif isinstance(data, list):
        for value in data:
            yield from labels(value)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_label_is_there_in_three_scripts_with_its_own_punctuation(path):
    for label in labels(json.loads(path.read_text(encoding="utf-8"))):
        assert all(text.strip() for text in label.values()), label
        for script in ("hans", "hant"):
            if CJK.search(label[script]):
                assert not re.search("[(),;:]", label[script]), label
        assert not re.search("[（），；：]", label["en"]), label
        # Hong Kong writes 臨床, 衛, 項目; these are what a machine leaves behind.
        assert not re.search("牀|衞|羣|裏|專案|幹預|軟體", label["hant"]), label


def test_the_vocabularies_have_their_size():
    assert len(vocabulary.modalities()) == 34  # 33 of the domain, and one for what a registry does not say
    assert len(vocabulary.indication_groups()) == 16
    assert [stage.order for stage in vocabulary.stages().values()] == list(range(19))
    assert len(vocabulary.project_statuses()) == len(vocabulary.milestone_statuses()) == 7
    assert len(vocabulary.donor_sources()) == 13
    assert len(registry.registries()) == 16
    assert sum(reason.chip for reason in vocabulary.reasons().values()) == 6


def test_words_point_at_words_that_exist():
    for modality in vocabulary.modalities().values():
        assert modality.family in vocabulary.families()
        assert set(modality.donors) <= set(vocabulary.donor_sources())
    for stage in vocabulary.stages().values():
        assert stage.column in vocabulary.stage_columns()


def test_six_templates_with_101_milestones_whose_predecessors_come_first():
    templates = vocabulary.templates()
    assert "".join(template.letter for template in templates.values()) == "ABCDEF"
    assert sum(len(template.milestones) for template in templates.values()) == 101
    for template in templates.values():
        seen = set()
        for milestone in template.milestones:
            assert is_code(milestone.code) and milestone.code not in seen
            assert set(milestone.predecessors) <= seen, milestone.code
            assert 0 <= milestone.duration_min <= milestone.duration_max
            assert milestone.duration_unit in ("day", "workday", "month", "year")
            assert milestone.evidence
            seen.add(milestone.code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A_drug", "A_drug"),
        ("a_DRUG ", "A_drug"),
        ("研究者發起的臨床研究(IIT)", "D_iit"),
        ("G_x", None),
        ("", None),
    ],
)
def test_a_word_is_matched_by_code_or_label(text, code):
    found = vocabulary.match(text, vocabulary.templates())
    assert (found.code if found else None) == code


def test_institutions_and_the_agreement_agree():
    read = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FOLDERS[0].glob("*.json")}
    institutions = {row["code"]: row for row in read["institutions"]}
    assert len(institutions) == 20 and all(map(is_code, institutions))
    names = [name for row in institutions.values() for name in {row["name"]["hans"], *row["aliases"]}]
    assert len(names) == len(set(names))
    assert {s for row in institutions.values() for s in row["sectors"]} == {
        row["code"] for row in read["sectors"]
    }
    assert [code for code, row in institutions.items() if row["regulator"]] == ["SHMPA"]
    (agreement,) = read["agreements"]
    capacities = {party["institution"]: party["capacity"] for party in agreement["parties"]}
    assert capacities == {"SPH": "signatory", "RJ": "signatory", "SCMC": "signatory", "CSCG": "signatory",
                          "KJS": "implementing"}  # fmt: skip
    assert agreement["year_inferred"] is True
    assert read["committee"]["committee"]["members"] is None


@pytest.mark.parametrize("code", ["KJS-001", "A140", "1A", "A" * 40])
def test_codes(code):
    assert is_code(code)


@pytest.mark.parametrize("code", ["", "A", "-A1", "kjs-001", "A 1", "A" * 41, "Ａ１", "A1\n"])
def test_what_is_no_code(code):
    assert not is_code(code)


def test_decisions():
    assert is_decision("X900") and is_decision("X910") and not is_decision("X100")
