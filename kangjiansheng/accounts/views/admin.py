"""Administration: the people of an installation, their accounts and one-time links, and its state."""

import platform
from importlib.metadata import version
from typing import Any

from flask import Blueprint, current_app, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts import forms, operations, policies, queries, rules
from kangjiansheng.accounts.models import Account, Person
from kangjiansheng.accounts.operations import theft
from kangjiansheng.accounts.queries import work
from kangjiansheng.accounts.queries.privacy import acceptances
from kangjiansheng.accounts.queries.sso import link_of
from kangjiansheng.core import quotas, roles, schema, trail
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.audit import history
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.db import db
from kangjiansheng.core.pages import page, saved, with_args

bp = Blueprint("admin", __name__)


@bp.get("/admin")
@on(may=policies.look_after_people)
def people() -> Response:
    """Everybody who is registered, with account and system roles."""
    asked = {name: request.args.get(name, "") for name in ("q", "role", "state")}
    found = queries.people_page(
        request.args.get("page"), search=asked["q"], role=asked["role"], state=asked["state"]
    )
    return page(
        "admin/people.html",
        illustrative=found.illustrative,
        people=found,
        asked=asked,
        roles=rules.ROLE_NAMES,
        states=_states(),
        page_url=lambda number: with_args(page=number),
    )


def _states() -> dict[str, str]:
    return {"active": _("可登录"), "invited": _("已邀请"), "stopped": _("已停用"), "none": _("无账号")}


@bp.route("/admin/people/new", methods=["GET", "POST"])
@on(may=policies.administer)
def new_person() -> Response:
    """Register a person; with an account and, when wanted, an invitation."""
    form = forms.NewPersonForm(locale="zh-Hans")
    if not policies.secure(actor()):
        del form.role  # who registers people does not decide on their rights
    made: dict[str, Any] = {}

    def act() -> None:
        with_account = form.account.data != "none"
        person = operations.create_person(
            actor=actor(), code=form.code.data or "", account=with_account, **_fields(form)
        )
        if form.role and form.role.data:
            operations.grant_role(person, form.role.data, actor=actor())
        made["person"] = person
        if person.account:
            send = form.account.data == "mail"
            made["link"] = operations.make_link(person.account, "invitation", actor=actor(), send=send)

    if not form.attempt(act):
        return page("admin/new_person.html", form.status, form=form)
    if form.account.data == "hand":
        return _hand_over(made["person"], made["link"], "invitation")
    return saved(url_for(".person", code=made["person"].code), _("已登记"))


def _fields(form: forms.PersonForm) -> dict[str, Any]:
    names = ("name_hans", "name_hant", "name_en", "title", "email", "locale")
    return {name: getattr(form, name).data or "" for name in names}


@bp.get("/admin/people/<code>")
@on(load=queries.person, may=policies.look_after_people)
def person(person: Person) -> Response:
    """One person: facts, account, system roles, history."""
    return person_page(person)


def person_page(
    person: Person, *, role_form: forms.RoleForm | None = None, refusal: str = "", status: int = 200
) -> Response:
    """The page of a person, also when a form on it was refused."""
    issuer = current_app.config["SETTINGS"].issuer
    entries = history("person", person.id, 20) + (
        history("account", person.account.id, 20) if person.account else []
    )
    entries.sort(key=lambda entry: -entry.seq)
    return page(
        "admin/person.html",
        status,
        illustrative=person.illustrative,
        person=person,
        role_form=role_form or forms.RoleForm(formdata=None),
        link_form=forms.LinkForm(formdata=None),
        refusal=refusal,
        roles=rules.ROLE_NAMES,
        duties=queries.count_duties(person.id),
        acceptances=acceptances(person.id),
        issuer=issuer,
        sso=link_of(person.account.id, issuer.url) if issuer and person.account else None,
        has_mail=bool(current_app.config["SETTINGS"].smtp_url),
        entries=trail.described(entries[:20]),
    )


@bp.route("/admin/people/<code>/edit", methods=["GET", "POST"])
@on(load=queries.person, may=policies.administer)
def edit_person(person: Person) -> Response:
    """Names, title, address and language of a person."""
    form = forms.PersonForm(obj=person)
    code = person.code

    def act() -> None:
        operations.edit_person(person, actor=actor(), version=int(form.version.data or 0), **_fields(form))

    if form.attempt(act):
        return saved(url_for(".person", code=code), _("已保存"))
    return page(
        "admin/edit_person.html", form.status, illustrative=person.illustrative, form=form, person=person
    )


@bp.post("/admin/people/<code>/account")
@on(load=queries.person, may=policies.administer)
def open_account(person: Person) -> Response:
    """Give a person an account."""
    operations.open_account(person, actor=actor())
    return saved(url_for(".person", code=person.code), _("已开通账号，请发送邀请"))


@bp.post("/admin/people/<code>/sessions/end")
@on(load=queries.account_of, may=policies.secure)
def end_sessions(account: Account) -> Response:
    """End all sessions of an account: a device was lost, or somebody has left it open."""
    operations.end_all_sessions(account, actor=actor())
    return saved(
        url_for(".person", code=account.person.code), _("登录、程序令牌、事件推送和日历订阅已全部结束")
    )


@bp.post("/admin/people/<code>/enable")
@on(load=queries.account_of, may=policies.administer)
def enable(account: Account) -> Response:
    """Let a stopped account sign in again."""
    operations.enable(account, actor=actor())
    return saved(url_for(".person", code=account.person.code), _("账号已恢复"))


@bp.post("/admin/people/<code>/link")
@on(load=queries.account_of, may=policies.administer)
@costly
def make_link(account: Account) -> Response:
    """A one-time link: by mail, or shown this once to be handed over."""
    form = forms.LinkForm()
    person = account.person
    purpose = "reset" if account.password_hash else "invitation"
    send = form.how.data == "mail"
    if form.stolen.data:
        theft.shut_out(account, actor=actor())
    path = operations.make_link(account, purpose, actor=actor(), send=send)
    if not send:
        return _hand_over(person, path, purpose)
    return saved(url_for(".person", code=person.code), _("邮件已放入发送队列"))


def _hand_over(person: Person, path: str, purpose: str) -> Response:
    db.session.flush()
    return page(
        "admin/link.html",
        illustrative=person.illustrative,
        person=person,
        link=current_app.config["SETTINGS"].base_url + path,
        life=rules.LINK_LIFE[purpose],
    )


@bp.get("/admin/system")
@on(may=policies.administer)
def system() -> Response:
    """Versions and levels: what one tells whoever helps."""
    settings = current_app.config["SETTINGS"]
    entries, head = queries.trail_head()
    facts = [
        (_("康健生"), version("kangjiansheng")),
        ("Python", platform.python_version()),
        (_("数据库"), queries.database_version()),
        (_("数据库层级"), f"{schema.level(db.engine)} / {schema.head()}"),
        (
            _("只增的表"),
            _("应用无权改删") if roles.holds_apart(db.session.connection()) else _("由触发器拒绝改删"),
        ),
        (_("审计记录"), _("%(entries)s 条", entries=entries)),
        (_("最后一条的校验值"), head),
        (_("网址"), settings.base_url),
        (_("邮件服务器"), _("已配置") if settings.smtp_url else _("未配置，邮件保留在系统内")),
        (_("单点登录"), settings.issuer.url if settings.issuer else _("未配置")),
        (_("备份"), settings.backup_folder or _("还没有设定备份文件夹")),
        (_("示例数据"), _("有") if queries.has_illustrative() else _("无")),
    ]
    return page(
        "admin/system.html",
        facts=facts,
        mails=queries.mail_counts(),
        storage=work.storage(settings.instance),
        each=settings.files_each * quotas.MEGABYTE,
        sessions=work.count_open_sessions(),
    )


@bp.get("/admin/start")
@on(may=policies.administer)
def start() -> Response:
    """After the first run: what to do next."""
    return page("admin/start.html", has_mail=bool(current_app.config["SETTINGS"].smtp_url))
