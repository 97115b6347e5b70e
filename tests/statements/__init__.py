"""Sixty statements on security (after ASVS 5.0.0) and twenty-five on records and signatures (after 21 CFR 11, EU GMP
Annex 11 and China's requirements for drug records), the faults that are known to happen, and which tests hold each.
Mechanisms, not certificates.

`python -m tests.statements` writes docs/statements.md and docs/faults.md; with `--run` it runs the tests first and keeps
their results, with `--run-new` those that have none yet.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Statement:
    """One thing that can be checked; `why` says what is not met, `tests` are addresses below tests/."""

    number: str
    anchor: str
    words: str
    tests: tuple[str, ...] = ()
    why: str = ""
