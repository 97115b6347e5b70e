"""Group robots of the company's messengers: who is told of what, and what became of the messages."""

from typing import Any

from flask import Blueprint, current_app, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts import policies
from kangjiansheng.accounts.forms import EditRobotForm, NewRobotForm
from kangjiansheng.core import trail
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.audit import history
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.messengers import Post, Robot, addresses, keeping, words
from kangjiansheng.core.pages import page, saved

bp = Blueprint("robots", __name__)


@bp.get("/admin/robots")
@on(may=policies.administer)
def robots() -> Response:
    """All robots, with what became of their last messages."""
    return page("admin/robots.html", robots=keeping.robots(), last=keeping.last_posts(), words=words)


@bp.route("/admin/robots/new", methods=["GET", "POST"])
@on(may=policies.administer)
def new_robot() -> Response:
    """Keep a robot; it is off until it is switched on."""
    form = NewRobotForm()
    made = form.attempt(
        lambda: keeping.add(
            actor=actor(),
            messenger=form.messenger.data,
            address=form.address.data or "",
            secret=(form.secret.data or "").strip(),
            allowed=_allowed(),
            **form.settings(),
        )
    )
    if made:
        return saved(url_for(".robot", number=made.id), _("已添加，还没有启用。请先发送测试消息。"))
    return page("admin/new_robot.html", form.status, form=form)


def _allowed() -> frozenset[str]:
    allowed: frozenset[str] = current_app.config["SETTINGS"].messenger_hosts
    return allowed


@bp.get("/admin/robots/<int:number>")
@on(load=keeping.robot, may=policies.administer)
def robot(robot: Robot) -> Response:
    """One robot: its settings, its last messages, what was done to it."""
    posts = keeping.posts(robot)
    return page(
        "admin/robot.html",
        illustrative=any(post.facts.get("illustrative") for post in posts),
        robot=robot,
        posts=posts,
        coming=any(post.state in ("waiting", "sending") for post in posts),
        words=words,
        kinds=[words.kind_word(kind) for kind in robot.kinds],
        shown=addresses.shown(robot.address),
        entries=trail.described(history("group_robot", robot.id, 20)),
    )


@bp.route("/admin/robots/<int:number>/edit", methods=["GET", "POST"])
@on(load=keeping.robot, may=policies.administer)
def edit_robot(robot: Robot) -> Response:
    """Change a robot; its keys stay when nothing is typed."""
    form = EditRobotForm(data=robot.state() | {"version": robot.version})
    number, facts = robot.id, _facts(robot)

    def act() -> None:
        keeping.edit(
            robot,
            actor=actor(),
            version=form.version.data,
            address=form.address.data or "",
            secret=(form.secret.data or "").strip(),
            unsigned=form.unsigned.data,
            allowed=_allowed(),
            **form.settings(),
        )

    if form.attempt(act):
        return saved(url_for(".robot", number=number), _("已保存"))
    return page("admin/edit_robot.html", form.status, form=form, number=number, **facts)


def _facts(robot: Robot) -> dict[str, Any]:
    return {
        "name": robot.name,
        "messenger": robot.messenger,
        "shown": addresses.shown(robot.address),
        "signed": bool(robot.secret),
    }


@bp.post("/admin/robots/<int:number>/enable")
@on(load=keeping.robot, may=policies.administer)
def enable(robot: Robot) -> Response:
    """Let it speak from now on."""
    keeping.switch(robot, True, actor=actor())
    return saved(url_for(".robot", number=robot.id), _("已启用，以后的通知会发到群里"))


@bp.post("/admin/robots/<int:number>/disable")
@on(load=keeping.robot, may=policies.administer)
def disable(robot: Robot) -> Response:
    """Let it be silent; what waited is dropped."""
    keeping.switch(robot, False, actor=actor())
    return saved(url_for(".robot", number=robot.id), _("已停用，没有发出的消息不再发送"))


@bp.post("/admin/robots/<int:number>/test")
@on(load=keeping.robot, may=policies.administer)
@costly
def test(robot: Robot) -> Response:
    """Queue a test message."""
    keeping.send_test(robot, actor=actor())
    return saved(url_for(".robot", number=robot.id), _("测试消息已放入发送队列，几秒后看结果"))


@bp.post("/admin/robots/<int:number>/messages/<int:post_number>/again")
@on(load=keeping.post, may=policies.administer)
@costly
def again(post: Post) -> Response:
    """Queue a message once more that failed, or of which nobody knows."""
    keeping.send_again(post, actor=actor())
    return saved(url_for(".robot", number=post.robot_id), _("已重新放入发送队列"))


@bp.post("/admin/robots/<int:number>/removal")
@on(load=keeping.robot, may=policies.administer)
def remove(robot: Robot) -> Response:
    """Take a robot away and forget its keys."""
    keeping.remove(robot, actor=actor())
    return saved(url_for(".robots"), _("已移除，地址和密钥已清除"))
