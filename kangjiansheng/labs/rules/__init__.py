"""What is true of institutions, agreements and joint laboratories, without a database."""

from kangjiansheng.labs.rules.acts import ACTS, THINGS
from kangjiansheng.labs.rules.agreements import (
    CAPACITIES,
    DOCUMENTS,
    KINDS,
    RENEWAL_MONTHS,
    Term,
    check_dates,
    check_signatories,
    clauses,
    renewal_due,
    renewal_note,
    term,
    year_reasons,
)
from kangjiansheng.labs.rules.checks import (
    CODE,
    LEVELS,
    check_code,
    check_membership,
    check_one_of,
    check_unused,
)
from kangjiansheng.labs.rules.institutions import INSTITUTION_ROLES, Sector, check_sectors, sectors
from kangjiansheng.labs.rules.labs import (
    DIRECTORS,
    LAB_ROLES,
    LIVES,
    PARTNER_ROLES,
    STEPS,
    check_archivable,
    check_step,
)
from kangjiansheng.labs.rules.reference import REFERENCE, reference, reference_texts

__all__ = [
    "ACTS",
    "CAPACITIES",
    "CODE",
    "DIRECTORS",
    "DOCUMENTS",
    "INSTITUTION_ROLES",
    "KINDS",
    "LAB_ROLES",
    "LEVELS",
    "LIVES",
    "PARTNER_ROLES",
    "REFERENCE",
    "RENEWAL_MONTHS",
    "STEPS",
    "THINGS",
    "Sector",
    "Term",
    "check_archivable",
    "check_code",
    "check_dates",
    "check_membership",
    "check_one_of",
    "check_sectors",
    "check_signatories",
    "check_step",
    "check_unused",
    "clauses",
    "reference",
    "reference_texts",
    "renewal_due",
    "renewal_note",
    "sectors",
    "term",
    "year_reasons",
]
