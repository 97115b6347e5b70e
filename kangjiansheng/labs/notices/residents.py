"""Whom we tell about companies of the park. Only those who see all of the company are told anything of it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import Select, select

from kangjiansheng.accounts.models import SystemRole
from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.core import clock, messengers, outbox
from kangjiansheng.core.changes import Actor, ChangeSet
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.messengers import Kind
from kangjiansheng.core.outbox import Words
from kangjiansheng.labs.models import Company, Institution, InstitutionMember, ServiceRequest
from kangjiansheng.labs.notices.sight import who_see
from kangjiansheng.labs.queries.companion import sees_request
from kangjiansheng.labs.queries.residents import inside_companies
from kangjiansheng.labs.rules.companion import SERVICES
from kangjiansheng.labs.rules.residents import PARK, STAGES


def accompanies(company: Company, before: int | None, *, actor: Actor, change: ChangeSet) -> None:
    """Tell a person that she now accompanies a company."""
    if company.companion_id and company.companion_id != before and change.source != "import":
        _tell({company.companion_id}, "labs:companion", company, {"who": actor.label}, actor)


def stepped(company: Company, *, actor: Actor, change: ChangeSet) -> None:
    """Tell the company's people and its companion that it stands at another stage."""
    if change.source != "import":
        facts = {"stage": company.stage}
        messengers.announce("labs:company-stage", change=change, illustrative=company.illustrative)
        _tell(own_people(company) | responsible(company), "labs:company-stage", company, facts, actor)


def asked(request: ServiceRequest, *, actor: Actor, change: ChangeSet) -> None:
    """Tell those who answer that something is asked, and by when an answer was promised."""
    if change.source != "import":
        messengers.announce("labs:request", change=change, illustrative=request.company.illustrative)
        _tell(answering(request), "labs:request", request.company, _facts(request), actor, request)


def answered(request: ServiceRequest, *, actor: Actor, change: ChangeSet) -> None:
    """Tell those who asked that there is an answer."""
    if change.source != "import":
        people = own_people(request.company) | {request.asked_by_id}
        messengers.announce("labs:request-answered", change=change, illustrative=request.company.illustrative)
        _tell(people, "labs:request-answered", request.company, _facts(request), actor, request)


def rated(request: ServiceRequest, *, actor: Actor, change: ChangeSet) -> None:
    """Tell those who answered how content the company is."""
    if change.source != "import":
        facts = _facts(request) | {"satisfaction": request.satisfaction}
        _tell(answering(request), "labs:request-rated", request.company, facts, actor, request)


def quiet(company: Company, days: int) -> None:
    """Tell its companion that nobody was with a company for so many days."""
    _tell(responsible(company), "labs:quiet", company, {"days": days}, None)


def _tell(
    people: set[int],
    template: str,
    company: Company,
    facts: Mapping[str, Any],
    actor: Actor | None,
    request: ServiceRequest | None = None,
) -> None:
    name = {"hans": company.name_hans, "hant": company.name_hant, "en": company.name_en}
    known = {"code": company.code, "name": name, "illustrative": company.illustrative, **facts}
    address = f"/residents/{company.code}" + (f"/requests/{request.number}" if request else "")
    others = people - {actor.id} if actor else people
    told = who_see(others, request, _requests) if request else who_see(others, company, _companies)
    outbox.tell(told, template, known, address=address)


def _requests(reader: Actor) -> Select[Any]:
    return select(ServiceRequest).join(ServiceRequest.company).where(sees_request(reader))


def _companies(reader: Actor) -> Select[Any]:
    return select(Company).where(inside_companies(reader))


def _facts(request: ServiceRequest) -> dict[str, Any]:
    return {"kind": request.kind, "number": request.number, "day": request.promised_on.isoformat()}


def own_people(company: Company) -> set[int]:
    """The members of the company's institution today."""
    return (
        _members(InstitutionMember.institution_id == company.institution_id)
        if company.institution_id
        else set()
    )


def responsible(company: Company) -> set[int]:
    """Whoever accompanies a company; where nobody is named, the park's contacts, else all its members, else the
    executives: what is asked is never heard by nobody."""
    if company.companion_id:
        return {company.companion_id}
    park = InstitutionMember.institution_id.in_(select(Institution.id).where(Institution.code == PARK))
    return _members(park, InstitutionMember.role == "contact") or _members(park) or _executives()


def _executives() -> set[int]:
    query = select(SystemRole.person_id).where(
        SystemRole.role == "executive", holds_on(SystemRole, clock.today())
    )
    return set(db.session.scalars(query))


def answering(request: ServiceRequest) -> set[int]:
    """Whoever is named to answer a request, else those who are responsible for the company."""
    return {request.provider_id} if request.provider_id else responsible(request.company)


def _members(*conditions: Any) -> set[int]:
    query = select(InstitutionMember.person_id).where(holds_on(InstitutionMember, clock.today()), *conditions)
    return set(db.session.scalars(query))


def _words(facts: Mapping[str, Any]) -> dict[str, str]:
    return {"code": facts["code"], "name": name_of(facts["name"])}


def _companion(facts: Mapping[str, Any]) -> tuple[str, str]:
    subject = _("您陪伴 %(code)s %(name)s", **_words(facts))
    return subject, _("%(who)s 请您担任陪伴人。", who=facts["who"])


def _stage(facts: Mapping[str, Any]) -> tuple[str, str]:
    subject = _("%(code)s %(name)s：进入新阶段", **_words(facts))
    return subject, _("现在的阶段：%(stage)s。", stage=STAGES[facts["stage"]])


def _asked(facts: Mapping[str, Any]) -> tuple[str, str]:
    subject = _("%(code)s %(name)s 提出服务请求", **_words(facts))
    return subject, _("%(kind)s，承诺 %(day)s 前答复。", kind=SERVICES[facts["kind"]], day=facts["day"])


def _answered(facts: Mapping[str, Any]) -> tuple[str, str]:
    subject = _("%(code)s %(name)s 的服务请求已答复", **_words(facts))
    return subject, _("%(kind)s：请查看答复，并给出满意度。", kind=SERVICES[facts["kind"]])


def _rated(facts: Mapping[str, Any]) -> tuple[str, str]:
    subject = _("%(code)s %(name)s 评价了服务", **_words(facts))
    return subject, _(
        "%(kind)s：满意度 %(score)s / 5。", kind=SERVICES[facts["kind"]], score=facts["satisfaction"]
    )


def _quiet(facts: Mapping[str, Any]) -> tuple[str, str]:
    subject = _("%(code)s %(name)s 需要有人联系", **_words(facts))
    return subject, ngettext("已有 %(num)d 天没有服务触点。", "已有 %(num)d 天没有服务触点。", facts["days"])


WORDS: dict[str, Words] = {
    "labs:companion": _companion,
    "labs:company-stage": _stage,
    "labs:request": _asked,
    "labs:request-answered": _answered,
    "labs:request-rated": _rated,
    "labs:quiet": _quiet,
}

GROUPS = {
    "labs:company-stage": Kind(
        _l("园区企业进入新阶段"),
        lambda count: ngettext("有 %(num)d 家园区企业进入新阶段", "有 %(num)d 家园区企业进入新阶段", count),
        "/residents",
    ),
    "labs:request": Kind(
        _l("园区企业提出服务请求"),
        lambda count: ngettext("有 %(num)d 项服务请求等待答复", "有 %(num)d 项服务请求等待答复", count),
        "/residents",
    ),
    "labs:request-answered": Kind(
        _l("服务请求已答复"),
        lambda count: ngettext("有 %(num)d 项服务请求已答复", "有 %(num)d 项服务请求已答复", count),
        "/residents",
    ),
}
