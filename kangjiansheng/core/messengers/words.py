"""The words: what a message says, what can go wrong with it, and what the pages and the trail call things."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kangjiansheng.core.i18n import speaking
from kangjiansheng.core.messengers import SUMMARY, TEST, Post, kinds, open_to_all

MESSENGER_NAMES = {"wecom": _l("企业微信"), "feishu": _l("飞书"), "dingtalk": _l("钉钉")}
RHYTHM_NAMES = {
    "each": _l("随时：每件事一条"),
    "daily": _l("每个工作日最多一条汇总"),
    "weekly": _l("每周第一个工作日一条汇总"),
}
LANGUAGES = {"zh-Hans": "简体", "zh-Hant": "繁體", "en": "English"}

# State → (shape, word).
STATES: dict[str, tuple[str, Any]] = {
    "held": ("idle", _l("等汇总")),
    "waiting": ("idle", _l("待发送")),
    "sending": ("idle", _l("发送中")),
    "sent": ("done", _l("已发送")),
    "failed": ("late", _l("未送达")),
    "unsure": ("risk", _l("不确定")),
    "merged": ("idle", _l("已并入汇总")),
    "dropped": ("pause", _l("已取消")),
}
PROBLEMS = {
    "rate": _l("发送太频繁，对方限流，稍后自动再发。"),
    "busy": _l("对方系统繁忙，稍后自动再发。"),
    "unknown-host": _l("找不到对方的主机，稍后自动再发；请检查服务器的网络和域名解析。"),
    "unreachable": _l("连不上对方，稍后自动再发；请检查服务器能否访问外网。"),
    "certificate": _l("对方的证书不可信，没有发送；请检查服务器的根证书和时间。"),
    "private": _l("地址指向内网，没有发送；私有部署的主机要由运维人员在设置里允许。"),
    "not-allowed": _l("这个主机不再被允许，没有发送；请联系运维人员或改地址。"),
    "redirect": _l("对方要求转到别的地址，没有跟随；请重新复制机器人的地址。"),
    "stranger": _l("回答的不像是群机器人；请重新复制机器人的地址。"),
    "key": _l("机器人地址无效，可能已被停用或移出群；请在群里重新添加，并更新地址。"),
    "signature": _l("签名不对；请重新复制签名密钥，并检查服务器的时间。"),
    "security": _l("没有通过机器人的安全设置：请检查签名密钥、关键词（应为“康健生”）和允许的网络地址。"),
    "keyword": _l("消息里没有机器人要求的关键词；请在群里把关键词设为“康健生”，英文消息设为 Kangjiansheng。"),
    "internet-address": _l("服务器的网络地址不在机器人允许的名单里；请在群里的机器人设置中加入。"),
    "refused": _l("对方没有接受。"),
    "silent": _l("发出后没有回答，可能已经送达，不会自动再发；请到群里看一看。"),
    "worker-died": _l("发送时后台程序中断，可能已经送达，不会自动再发；请到群里看一看。"),
}
REFUSALS = {
    "core:robot-messenger": _l("请选择一种群机器人。"),
    "core:robot-no-address": _l("这不是一个地址，请从群机器人的设置里整条复制。"),
    "core:robot-https": _l("地址要以 https:// 开头。"),
    "core:robot-host": _l("地址的主机应为 %(host)s；私有部署的主机要先由运维人员在设置里允许。"),
    "core:robot-not-whole": _l("地址不完整，请从群机器人的设置里整条复制，连同最后的密钥。"),
    "core:robot-unsigned": _l("企业微信的机器人没有签名密钥，请留空。"),
    "core:robot-unknown": _l("没有这种通知。"),
    "core:robot-no-kinds": _l("请先选择至少一种要发到群里的通知。"),
    "core:robot-hour-quiet": _l("%(hour)s 在免打扰时段内，汇总不会发出；请换一个时间或改免打扰时段。"),
    "core:robot-name-taken": _l("已有名为“%(name)s”的群机器人，请换一个名称。"),
    "core:robot-not-again": _l("这条消息不能再发：只有未送达或不确定的消息可以，并且机器人已启用。"),
}
ACTS = {
    "core:robot:add": _l("添加群机器人"),
    "core:robot:edit": _l("修改群机器人"),
    "core:robot:enable": _l("启用群机器人"),
    "core:robot:disable": _l("停用群机器人"),
    "core:robot:remove": _l("移除群机器人"),
    "core:robot:test": _l("发送测试消息"),
    "core:robot:again": _l("再次发送群消息"),
}
THINGS = {"group_robot": _l("群机器人")}
FIELDS = {
    "messenger": _l("通讯工具"),
    "name": _l("名称"),
    "keys_set_at": _l("地址与密钥设置时间"),
    "locale": _l("消息语言"),
    "kinds": _l("哪些通知"),
    "rhythm": _l("多久一次"),
    "hour": _l("汇总时间"),
    "quiet_from": _l("免打扰开始"),
    "quiet_to": _l("免打扰结束"),
    "enabled": _l("已启用"),
    "removed_at": _l("移除时间"),
    "test": _l("测试消息"),
    "message": _l("消息序号"),
}


def values() -> dict[str, Any]:
    """What stored values are called."""
    return {
        "messenger": MESSENGER_NAMES,
        "rhythm": RHYTHM_NAMES,
        "locale": LANGUAGES,
        "kinds": {key: kind.label for key, kind in kinds().items()},
    }


def kind_word(kind: str) -> str:
    """What a kind of message is called."""
    if kind == TEST:
        return str(_("测试消息"))
    return str(_("汇总") if kind == SUMMARY else kinds()[kind].label)


def message(post: Post, locale: str, base_url: str) -> str:
    """The text of a message in its group's language. Made when it leaves: what was open may be so no longer."""
    with speaking(locale):
        head = str(_("【康健生】"))
        if post.facts.get("illustrative"):
            head += str(_("（示例数据）"))
        if post.kind == TEST:
            return head + str(_("这是一条测试消息，群机器人已接通。"))
        lines, place = _summary(post) if post.kind == SUMMARY else _event(post)
        return f"{head}{lines}\n{_('请登录查看：')}{base_url}{place}"


def _event(post: Post) -> tuple[str, str]:
    kind, thing = kinds()[post.kind], post.facts["thing"]
    place = next((path for find in open_to_all if (path := find(thing))), None) if thing else None
    said = kind.says(post.facts["count"])
    return (f"{thing}{_('：')}{said}", place) if place else (said, kind.place)


def _summary(post: Post) -> tuple[str, str]:
    counts = post.facts["counts"]
    lines = [f"· {kind.says(counts[key])}" for key, kind in kinds().items() if counts.get(key)]
    return "\n".join([str(_("最近的变动")), *lines]), "/"
