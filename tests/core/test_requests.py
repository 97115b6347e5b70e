"""What every answer carries, and what happens to requests that no honest browser sends."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import event

from kangjiansheng.core.db import db, is_sqlite
from kangjiansheng.core.error_pages import Key
from kangjiansheng.core.headers import ALWAYS, POLICY
from tests.support.app import make
from tests.support.critic import Critic

HUGE = 2**63


@pytest.mark.parametrize("path", ["/sign-in", "/nowhere", "/healthz", "/account", "/api/v1/nothing"])
def test_every_answer_carries_the_headers(client: Callable[..., Critic], path: str) -> None:
    answer = client(None).get(path)
    for name, value in ALWAYS.items():
        assert answer.headers[name] == value, name
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Cookie" in answer.headers["Vary"]
    assert "charset=utf-8" in answer.headers["Content-Type"] or "json" in answer.headers["Content-Type"]
    assert "Server" not in answer.headers or "Python" not in answer.headers["Server"]


def test_the_policy_allows_nothing_inline() -> None:
    assert "unsafe" not in POLICY
    for part in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "default-src 'none'"):
        assert part in POLICY


def test_over_https_the_browser_is_told_to_stay_there(app: Flask, client: Callable[..., Critic]) -> None:
    from dataclasses import replace

    assert "Strict-Transport-Security" not in client(None).get("/sign-in").headers
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], base_url="https://kjs.example")
    answer = client(None).get("/sign-in", base_url="https://kjs.example")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert (
        client(None)
        .get("/sign-in", base_url="https://kjs.example", headers={"Referer": "https://["})
        .status_code
        == 200
    )


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:80", "localhost.evil.example", "[", "", "a b", "localhost@evil.example"],
)
def test_a_foreign_host_is_refused(client: Callable[..., Critic], host: str) -> None:
    answer = client(None).get("/sign-in", headers={"Host": host})
    assert answer.status_code == 400
    assert host not in answer.text or len(host) < 4


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "localhost:8000", "[::1]:8000", "[::1]"])
def test_its_own_hosts_are_served(client: Callable[..., Critic], host: str) -> None:
    assert client(None).get("/sign-in", headers={"Host": host}).status_code == 200


def test_forwarded_headers_of_strangers_mean_nothing(client: Callable[..., Critic]) -> None:
    headers = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "192.0.2.1",
    }
    answer = client(None).get("/account", headers=headers)
    assert answer.headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("method", ["BREW", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT"])
def test_an_unknown_method_is_refused(client: Callable[..., Critic], method: str) -> None:
    answer = client(None).open("/sign-in", method=method)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_a_number_that_fits_no_key_is_a_page_that_is_not_there(
    app: Flask, client: Callable[..., Critic]
) -> None:
    visitors = [client("admin"), client("auditor"), client("lead"), client("executive")]
    numbered = [
        (rule.endpoint, rule.arguments)
        for rule in app.url_map.iter_rules()
        if any(isinstance(c, Key) for c in rule._converters.values()) and "GET" in (rule.methods or ())
    ]
    assert numbered
    for number in (HUGE, 10**40, HUGE - 1, 2**31, 2**31 - 1):
        for path in ("/audit/{}", "/admin/mails/{}", "/audit/changes/{}"):
            for visitor in visitors:
                assert visitor.get(path.format(number)).status_code in (403, 404), path


@pytest.mark.parametrize(
    "path", ["/projects/{}", "/labs/{}", "/meetings/{}", "/committees/{}", "/partners/{}", "/agreements/{}"]
)
@pytest.mark.parametrize(
    "word", [str(10**30), "%00", "%ff%fe", "%F0%9F%92%A9", "..%2f..%2fetc", "x" * 2000, "'--", "<b>"]
)
def test_a_strange_word_in_an_address_is_a_page_that_is_not_there(
    client: Callable[..., Critic], path: str, word: str
) -> None:
    assert client("lead").get(path.format(word)).status_code in (400, 404)


@pytest.mark.parametrize(
    "query",
    [
        "page=99999999999999999999", "page=-1", "page=x", "q=%00", "q=%ff%fe", "q=%25%5F%5C", "as_of=2026-13-01",
        "as_of=9999-12-31", "as_of=%00", "before=99999999999999999999999", "from=x", "lang=%00", "q=" + "x" * 5000,
        "role=zzz&state=zzz", "person=%F0%9F%92%A9&act=x", "page=%D9%A1",
    ],
)  # fmt: skip
@pytest.mark.parametrize(("who", "path"), [("admin", "/admin"), ("auditor", "/audit"), ("lead", "/projects")])
def test_a_strange_query_never_breaks_a_page(
    client: Callable[..., Critic], who: str, path: str, query: str
) -> None:
    assert client(who).get(f"{path}?{query}").status_code in (200, 400)


def test_a_body_that_is_too_large_is_refused(client: Callable[..., Critic]) -> None:
    answer = client(None).post("/sign-in", data={"email": "x" * (3 * 1024 * 1024), "password": "x"})
    assert answer.status_code == 413
    huge = client(None).post(
        "/sign-in",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(17 * 1024 * 1024)},
    )
    assert huge.status_code == 413
    assert "一次最多提交 16 MB" in huge.text, "how much would be taken"


def test_a_broken_body_is_no_fault(client: Callable[..., Critic]) -> None:
    for kind, body in (
        ("application/x-www-form-urlencoded", b"email=%ff%fe&password=%00&=&&&%"),
        ("multipart/form-data; boundary=x", b"--x\r\nnonsense"),
        ("multipart/form-data", b"no boundary"),
        ("application/json", b"{"),
        ("text/plain", b"\xff" * 99),
    ):
        assert client(None).post("/sign-in", data=body, content_type=kind).status_code in (400, 422)


@pytest.mark.parametrize("header", ["Referer", "Origin"])
@pytest.mark.parametrize("sent", ["http://[", "//[", "http://a[b]/", "http://[::1"])
def test_where_a_form_comes_from_may_be_unreadable(
    app: Flask, client: Callable[..., Critic], header: str, sent: str
) -> None:
    """Pages of refusals look at where the form stood, to keep what was typed and to lead back."""
    visitors = (client(None), client("lead"))
    app.config["WTF_CSRF_ENABLED"] = True
    for visitor in visitors:
        for path, secure in (("/projects/new", ""), ("/nowhere", ""), ("/projects/new", "https://localhost")):
            answer = visitor.post(
                path, data={"name": "漢 字"}, headers={header: sent}, base_url=secure or "http://localhost"
            )
            assert answer.status_code in (303, 400, 401, 404), (path, secure)


ERRORS = {
    "zh-Hans": "这一步不在您的权限内", "zh-Hant": "這一步不在您的權限內", "en": "403",
}  # fmt: skip


@pytest.mark.parametrize("language", ERRORS)
def test_an_error_page_speaks_the_language_and_names_the_request(
    client: Callable[..., Critic], language: str
) -> None:
    answer = client("lead", language).get("/admin")
    assert answer.status_code == 403
    assert ERRORS[language] in answer.text
    assert answer.headers["X-Request-Id"] in answer.text
    assert f'lang="{language}"' in answer.text


def test_the_api_says_no_in_its_own_words(client: Callable[..., Critic], app: Flask) -> None:
    for answer in (client(None).post("/api/v1/projects"), client("lead").get("/api/v1/nothing")):
        assert answer.status_code in (401, 404)
        assert answer.content_type == "application/problem+json"
        assert answer.get_json()["status"] == answer.status_code


def test_a_program_without_sign_in_is_asked_to_sign_in_not_for_a_form_token(app: Flask) -> None:
    guarded = make(app.config["SETTINGS"])
    guarded.config["WTF_CSRF_ENABLED"] = True
    assert Critic(guarded).post("/api/v1/anything", json={}).status_code == 401


def test_health_readiness_and_figures(client: Callable[..., Critic]) -> None:
    visitor = client(None)
    assert visitor.get("/healthz").text == "ok\n"
    assert visitor.get("/readyz").text == "ready\n"
    assert "kangjiansheng_audit_head" in visitor.get("/metrics").text
    assert visitor.get("/metrics", environ_overrides={"REMOTE_ADDR": "192.0.2.1"}).status_code == 404


def test_a_fault_of_ours_is_a_plain_page(own_app: Flask) -> None:
    from flask import Response
    from sqlalchemy.exc import IntegrityError, OperationalError
    from sqlalchemy.orm.exc import StaleDataError

    from kangjiansheng.core.access import public

    faults = {
        "stale": StaleDataError("x"),
        "busy": OperationalError("x", {}, Exception("locked")),
        "twice": IntegrityError("x", {}, Exception("unique")),
        "big": OverflowError("x"),
    }

    @own_app.get("/fault/<kind>")
    @public
    def fault(kind: str) -> Response:
        raise faults[kind]

    visitor = Critic(own_app)
    assert [visitor.get(f"/fault/{kind}").status_code for kind in faults] == [409, 503, 409, 400]
    assert visitor.get("/fault/busy").headers["Retry-After"] == "30"


def test_an_unexpected_fault_shows_a_number_and_no_trace(own_app: Flask) -> None:
    from flask import Response

    from kangjiansheng.core.access import public

    @own_app.get("/fault")
    @public
    def fault() -> Response:
        raise ZeroDivisionError("secret inside")

    own_app.config["PROPAGATE_EXCEPTIONS"] = False
    own_app.testing = False
    answer = Critic(own_app).get("/fault")
    assert answer.status_code == 500
    assert "secret inside" not in answer.text and "Traceback" not in answer.text
    assert answer.headers["X-Request-Id"] in answer.text


@pytest.mark.long
def test_a_locked_database_answers_that_it_is_busy_also_who_is_signed_in(
    app: Flask, client: Callable[..., Critic]
) -> None:
    """The page that says so asks who reads it: with the writer's lock it would fail like what it reports."""
    visitor = client("member")
    with app.app_context():
        if not is_sqlite():
            return  # PostgreSQL locks rows, and the page reads none of them
        hasty = lambda connection, *_: connection.execute("PRAGMA busy_timeout=20")  # noqa: E731
        event.listen(db.engine, "checkout", hasty)
        with closing(sqlite3.connect(str(db.engine.url.database), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            status = super(Critic, visitor).open("/notifications/read", method="POST").status_code
        event.remove(db.engine, "checkout", hasty)
    assert status == 503
    assert visitor.post("/notifications/read").status_code == 303


def test_a_page_of_an_error_says_first_what_was_wrong(client: Callable[..., Critic]) -> None:
    answer = client("lead").get("/milestones?show=all&as_of=gestern")
    text = answer.text
    assert answer.status_code == 400
    assert text.index("日期“gestern”无法识别，请写成 2026-11-20 这样。") < text.index("请回到上一页")
    assert 'href="/milestones">不带这些条件打开<' in text, "the same address would be refused again"


def test_many_tabs_are_a_menu_on_a_phone_that_shows_where_one_is(client: Callable[..., Critic]) -> None:
    def menus(who: str, path: str) -> list[str]:
        page = html.fromstring(client(who).get(path).text)
        return [
            one.text_content() for one in page.xpath("//nav[contains(@class, 'tabs-m')]//summary/span[1]")
        ]

    assert menus("admin", "/admin/mails") == ["邮件"]
    assert menus("executive", "/milestones") == ["全部里程碑"]
    assert "共 6 个分区" in client("executive").get("/milestones").text
    assert menus("partner", "/table") == [], "a few stand beside each other"
