"""The arithmetic of expected approvals, held against definitions, brute force and the published figures."""

import itertools
import math
from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.overview.rules import chances, rates

SETS = rates.published()
ALL = SETS["BIO_ALL"]
SHARES = st.lists(st.floats(0, 1), max_size=9)


@dataclass(frozen=True)
class P:
    """A project as the rules take it."""

    code: str = "P"
    pathway: str = "A_drug"
    stage: str = "PHASE_I"
    claimed: str = "ACTIVE"


@dataclass(frozen=True)
class A140:
    """A permission as the rules take it."""

    project: P
    forecast: date | None


# Published likelihoods of approval from phase I, with the digits of their sources.
@pytest.mark.parametrize(
    ("code", "published", "from_phase_2"),
    [
        ("BIO_ALL", 0.079, 0.1513),
        ("BIO_CART", 0.173, 0.3922),
        ("BIO_GT", 0.100, 0.1930),
        ("BIO_ONC", 0.053, 0.1080),
        ("BIO_HEMEONC", 0.075, 0.1501),
        ("BIO_SOLID", 0.046, 0.0933),
        ("BIO_AUTOIMM", 0.107, 0.1929),
        ("BIO_RARE", 0.170, 0.2521),
        ("BIO_NEURO", 0.059, 0.1234),
        ("NEWDIGS_HEME_CART", 0.076, 0.2903),
        ("NEWDIGS_RARE_GT", 0.185, 0.3365),
    ],
)
def test_each_published_set_multiplies_to_what_its_source_states(code, published, from_phase_2):
    assert round(SETS[code].loa("PHASE_I"), 3) == pytest.approx(published, abs=0.0011)
    assert SETS[code].published == published
    assert SETS[code].loa("PHASE_II") == from_phase_2
    assert SETS[code].loa("BLA_REVIEW") == SETS[code].rates["filing_to_approval"].p
    assert SETS[code].source["hans"] and SETS[code].source["hant"] and SETS[code].source["en"]


def test_wilson_is_that_of_the_textbook():
    # 43 programmes of which 44.2 % went on, by the closed formula in another form: roots of (p̂ − p)² = z²p(1 − p)/n.
    z, p, n = 1.959964, 0.442, 43
    a, b, c = 1 + z * z / n, -(2 * p + z * z / n), p * p
    roots = [(-b - math.sqrt(b * b - 4 * a * c)) / (2 * a), (-b + math.sqrt(b * b - 4 * a * c)) / (2 * a)]
    assert rates.Rate(p, n).interval == pytest.approx(roots, abs=1e-6)
    low, high = rates.Rate(1.0, 4).interval
    assert (round(low, 4), high) == (0.5101, 1.0)
    assert rates.Rate(0.5, None).interval is None


@given(st.floats(0, 1), st.integers(1, 10_000))
def test_the_interval_holds_the_rate_and_stays_within_a_share(p, n):
    low, high = rates.wilson(p, n)
    assert 0 <= low <= p + 1e-12 and p - 1e-12 <= high <= 1


@pytest.mark.parametrize(
    ("project", "expected"),
    [
        *((P(stage=s), 0.69 * 0.0787) for s in ["DISCOVERY", "CANDIDATE", "CMC", "NONCLINICAL", "IIT", "PRE_IND", "TECH_TRANSFER"]),
        (P(stage="IND_REVIEW"), 0.95 * 0.0787),
        (P(stage="PHASE_I"), 0.0787),
        (P(stage="PHASE_I_II"), 0.0787),
        (P(stage="PHASE_II"), 0.1513),
        (P(stage="PIVOTAL_II"), 0.1513),
        (P(stage="PHASE_III"), 0.5237),
        (P(stage="BLA_REVIEW"), 0.906),
        (P(stage="APPROVED"), 1.0),
        (P(stage="MARKETED"), 1.0),
        (P(stage="LTFU"), 1.0),
        (P(stage="PHASE_II", claimed="ON_HOLD"), 0.1513),
        (P(stage="PHASE_II", claimed="TERMINATED"), 0.0),
        (P(stage="APPROVED", claimed="TERMINATED"), 0.0),
        (P(stage="IIT", pathway="B_818"), 0.0),
        (P(stage="FILING", pathway="B_818"), 0.0),
        (P(stage="FILING", pathway="C_stemcell"), 0.0),
        (P(stage="TRANSLATION_818"), 0.0),
        (P(stage="IIT", pathway="D_iit"), 0.69 * 0.0787),
    ],
)  # fmt: skip
def test_the_chance_of_a_project_is_that_of_the_definition(project, expected):
    assert chances.chance(chances.step_of(project), ALL) == pytest.approx(expected, abs=1e-12)


def test_every_stage_is_known_to_the_definition():
    from kangjiansheng.projects.rules.vocabulary import stages

    none = {s for s in stages() if chances.step_of(P(stage=s)) is None}
    assert none == {"FILING", "TRANSLATION_818"}


def test_what_is_approved_counts_apart_and_what_leads_to_no_drug_not_at_all():
    projects = [P(stage="APPROVED"), P(stage="PHASE_I"), P(pathway="B_818"), P(claimed="TERMINATED")]
    assert chances.counted(projects) == {"PHASE_I": 1}
    assert chances.expected(chances.counted(projects), ALL) == 0.0787


@given(SHARES)
def test_the_distribution_is_that_of_all_outcomes_one_by_one(shares):
    found = chances.distribution(shares)
    brute = [0.0] * (len(shares) + 1)
    for outcome in itertools.product((0, 1), repeat=len(shares)):
        brute[sum(outcome)] += math.prod(p if hit else 1 - p for p, hit in zip(shares, outcome, strict=True))
    found += [0.0] * (len(brute) - len(found))
    assert found == pytest.approx(brute, abs=1e-12)


@pytest.mark.long
@given(SHARES, st.randoms())
def test_the_distribution_sums_to_one_has_the_mean_and_knows_no_order(shares, dice):
    found = chances.distribution(shares)
    assert sum(found) == pytest.approx(1, abs=1e-12)
    assert sum(k * p for k, p in enumerate(found)) == pytest.approx(sum(shares), abs=1e-9)
    variance = sum(k * k * p for k, p in enumerate(found)) - sum(shares) ** 2
    assert variance == pytest.approx(sum(p * (1 - p) for p in shares), abs=1e-9)
    mixed = list(shares)
    dice.shuffle(mixed)
    other = chances.distribution(mixed)
    width = max(len(found), len(other))
    assert found + [0.0] * (width - len(found)) == pytest.approx(
        other + [0.0] * (width - len(other)), abs=1e-12
    )


def test_two_thousand_projects_are_no_matter():
    found = chances.distribution([0.0543] * 1500 + [0.1513] * 500)
    assert sum(found) == pytest.approx(1, abs=1e-9) and len(found) < 500
    assert sum(k * p for k, p in enumerate(found)) == pytest.approx(1500 * 0.0543 + 500 * 0.1513, abs=1e-6)


@given(st.dictionaries(st.sampled_from(chances.PATH[:-1]), st.integers(1, 6)))
def test_at_least_one_is_what_the_distribution_leaves_beyond_nought(counts):
    found = chances.distribution(chances.chances_of(counts, ALL))
    assert chances.at_least_one(counts, ALL) == pytest.approx(1 - found[0], abs=1e-12)


@pytest.mark.long
@given(SHARES.filter(bool))
def test_the_middle_holds_nine_tenths_and_leaves_at_most_a_twentieth_on_each_side(shares):
    found = chances.distribution(shares)
    low, high = chances.central(found)
    assert sum(found[low : high + 1]) >= 0.9 - 1e-9
    assert sum(found[:low]) <= 0.05 + 1e-9 and sum(found[high + 1 :]) <= 0.05 + 1e-9


def test_permissions_within_calendar_months_of_projects_that_run():
    day = date(2026, 11, 20)
    rows = [
        A140(P("B", stage="IND_REVIEW"), date(2026, 12, 17)),
        A140(P("A"), date(2028, 11, 20)),  # the last day
        A140(P("C"), date(2028, 11, 21)),  # one too late
        A140(P("D", claimed="ON_HOLD"), date(2027, 1, 1)),
        A140(P("E", claimed="TERMINATED"), date(2027, 1, 1)),
        A140(P("F"), None),
        A140(P("G"), date(2026, 1, 1)),  # overdue, still to come
    ]
    found = chances.permissions(rows, day, 24)
    assert [row.project.code for row in found] == ["A", "B", "G"]
    assert [chances.of_permission(row.project, ALL) for row in found] == [0.69, 0.95, 0.69]
    assert [row.project.code for row in chances.permissions(rows, day, 12)] == ["B", "G"]
    assert chances.permissions(rows[1:2], date(2026, 11, 30), 24)  # 30 November + 24 months


def test_the_interval_is_the_same_each_time_and_holds_the_answer():
    counts = {"PRE": 10, "IND_REVIEW": 1, "PHASE_I": 3, "PHASE_II": 2}
    found = chances.spread(counts, ALL)
    chances._draws.cache_clear()
    assert chances.spread(counts, ALL) == found
    assert found.approvals.low < chances.expected(counts, ALL) < found.approvals.high
    assert found.any.low < chances.at_least_one(counts, ALL) < found.any.high


def test_a_small_sample_leaves_more_open_and_a_missing_one_everything():
    counts = {"PHASE_I": 3}

    def width(code):
        found = chances.spread(counts, SETS[code])
        return found.approvals.high - found.approvals.low

    assert width("BIO_CART") > 5 * width("BIO_ALL")
    assert chances.spread(counts, SETS["NEWDIGS_HEME_CART"]) is None
    assert chances.spread({}, ALL) is None


def test_the_drawn_interval_agrees_with_the_delta_method_where_samples_are_large():
    counts = {"PRE": 10, "IND_REVIEW": 1, "PHASE_I": 3, "PHASE_II": 2}
    variance = 0.0
    for key in rates.CLINICAL.values():
        rate, step = ALL.rates[key], 0.05
        slope = (chances.expected(counts, ALL.put(key, rate.p + step)) - chances.expected(counts, ALL)) / step
        variance += slope**2 * rate.p * (1 - rate.p) / rate.n
    found = chances.spread(counts, ALL)
    assert found.approvals.high - found.approvals.low == pytest.approx(
        2 * 1.96 * math.sqrt(variance), rel=0.1
    )


def test_the_swings_are_ordered_and_their_shares_are_the_whole():
    found = chances.swings({"PRE": 10, "PHASE_II": 2}, ALL)
    assert [s.size for s in found] == sorted((s.size for s in found), reverse=True)
    assert sum(s.share for s in found) == pytest.approx(1)
    assert {s.key for s in found} == set(rates.TRANSITIONS) - {rates.IND}
    assert [s.unknown for s in found if s.key == rates.PRECLINICAL] == [True]
    late = chances.swings({"PHASE_III": 1}, ALL)
    assert {s.key for s in late} == {"phase3_to_filing", "filing_to_approval"}
    assert chances.swings({}, ALL) == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"phase1_to_2": {"p": 1.01, "n": 3}}, "overview:rate-share"),
        ({"phase1_to_2": {"p": -0.01, "n": 3}}, "overview:rate-share"),
        ({"phase1_to_2": {"p": None, "n": 3}}, "overview:rate-share"),
        ({"phase1_to_2": {"p": 0.5, "n": 0}}, "overview:rate-count"),
        ({rates.PRECLINICAL: {"p": 0.97, "n": None}}, "overview:rate-order"),
    ],
)
def test_rates_that_are_none_are_refused(changed, code):
    fine = {key: {"p": one.p, "n": one.n} for key, one in ALL.rates.items()}
    rates.check(fine)
    with pytest.raises(RuleBroken) as refused:
        rates.check(fine | changed)
    assert refused.value.code == code
