"""The cast: invented people, by role only, who can sign in to the demonstration."""

from dataclasses import dataclass

from kangjiansheng.accounts import operations, passwords
from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.operations import privacy
from kangjiansheng.accounts.queries.privacy import number_in_force
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor

PASSWORD = "kangjiansheng"


@dataclass(frozen=True)
class Member:
    """One of the cast: a role with a name in three scripts, never a person."""

    code: str
    email: str
    name_hans: str
    name_hant: str
    name_en: str
    role: str | None = None


def _member(name: str, hans: str, hant: str, en: str, role: str | None = None) -> Member:
    return Member(f"CAST-{name.upper()}", f"{name}@kjs.example", hans, hant, en, role)


CAST = (
    _member("executive", "执行管理层", "執行管理層", "Executive", "executive"),
    _member("auditor", "审计员", "審計員", "Auditor", "auditor"),
    _member("admin", "系统管理员", "系統管理員", "Administrator", "admin"),
    _member("lead", "实验室负责人（血液肿瘤）", "實驗室負責人（血液腫瘤）", "Lab lead, haematology"),
    _member("lead2", "实验室负责人（儿童）", "實驗室負責人（兒童）", "Lab lead, paediatrics"),
    _member("partner", "儿童医学中心科研人员", "兒童醫學中心科研人員", "Scientist, children's hospital"),
    _member("secretary", "科学委员会秘书", "科學委員會秘書", "Committee secretary"),
    _member("chair", "主任委员", "主任委員", "Committee chair"),
    _member("member", "委员（血液学）", "委員（血液學）", "Committee member, haematology"),
    _member("member2", "委员（细胞工艺）", "委員（細胞工藝）", "Committee member, cell processing"),
    _member("outsider", "外部人员", "外部人員", "Outsider"),
)


def load(*, actor: Actor) -> None:
    """Create the cast with the well-known password (their hash is made once: they share it) who have accepted the notice
    on personal data."""
    shared = passwords.make(PASSWORD)
    for member in CAST:
        person = operations.create_person(
            actor=actor,
            code=member.code,
            name_hans=member.name_hans,
            name_hant=member.name_hant,
            name_en=member.name_en,
            email=member.email,
            illustrative=True,
        )
        _open(person, shared)
        if member.role:
            operations.grant_role(person, member.role, actor=actor)


def _open(person: Person, password_hash: str) -> None:
    if person.account is None:
        raise LookupError(f"{person.code} has no account")
    person.account.password_hash = password_hash
    person.account.password_changed_at = clock.now()
    privacy.accept(
        person.account, actor=Actor(person.id, person.name_hans), number=number_in_force(), language="zh-Hans"
    )
