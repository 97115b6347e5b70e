"""What is true of accounts: passwords, sessions, links, roles, and the catalogue of acts."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _l

from kangjiansheng.accounts.rules import factors, failures, policy, privacy, rights, sso, webhooks
from kangjiansheng.accounts.rules.passwords import PASSWORD_MAX as PASSWORD_MAX
from kangjiansheng.accounts.rules.passwords import PASSWORD_MIN as PASSWORD_MIN
from kangjiansheng.accounts.rules.passwords import check_password as check_password
from kangjiansheng.core.calendar import is_quiet
from kangjiansheng.core.digests import new_secret as new_secret
from kangjiansheng.core.digests import secret_digest as secret_digest
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.proxies import origin

ROLES = ("admin", "security", "executive", "auditor")
SESSION_IDLE = timedelta(hours=12)
SESSION_TOTAL = timedelta(days=14)
LINK_LIFE = {"invitation": timedelta(days=7), "reset": timedelta(hours=1)}
FAILURES_PER_ACCOUNT, FAILURES_PER_ADDRESS, FAILURES_AT_SIGNING = 8, 60, 5
FAILURE_WINDOW = timedelta(minutes=15)
RESETS_PER_EMAIL, RESETS_PER_ADDRESS = 3, 20
RESET_WINDOW = timedelta(hours=1)
RESET_ANSWER_SECONDS = 0.25  # known and unknown addresses take as long
CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,39}")
LOCALES = ("zh-Hans", "zh-Hant", "en")
# In the order in which they came to be; a kind that comes later is on for everybody until they untick it.
REMINDERS = (
    "due",
    "overdue",
    "stale",
    "confirm",
    "review",
    "paper",
    "owed",
    "renewal",
    "service",
    "hand_off",
    "ask",
)
CHANNELS = ("mail", "app")
# What holds for whoever has said nothing.
USUAL = {
    "kinds": list(REMINDERS),
    "days_before": [7, 1],
    "hour": 8,
    "quiet_from": 20,
    "quiet_to": 8,
    "channel": "mail",
}
DAYS_LONGEST, DAYS_MOST = 90, 5
# What a program may be let to: each part of the product is read, or read and written.
PARTS = ("labs", "projects", "committee", "overview")
TOKEN_PREFIX, TOKEN_START = "kjs_", 9  # what a token begins with, and how much of it is shown again
TOKEN_LIFE = timedelta(days=365)
TOKENS_MOST = 20  # that one person holds at a time
WRONG_TOKENS = 20  # from one address within FAILURE_WINDOW
ROLE_NAMES = {
    "admin": _l("系统管理员"),
    "security": _l("安全管理员"),
    "executive": _l("执行管理层"),
    "auditor": _l("审计员"),
    "system": _l("系统"),
}

ACTS = {
    "accounts:person:create": _l("登记人员"),
    "accounts:person:edit": _l("修改人员资料"),
    "accounts:person:erase": _l("清除联系方式"),
    "accounts:account:create": _l("开通账号"),
    "accounts:account:disable": _l("停用账号"),
    "accounts:account:enable": _l("恢复账号"),
    "accounts:account:link": _l("生成一次性链接"),
    "accounts:account:password": _l("设置密码"),
    "accounts:account:guess": _l("再次核对身份出错"),
    "accounts:account:theft": _l("账号可能被盗：原密码作废"),
    "accounts:session:begin": _l("登录"),
    "accounts:session:end": _l("退出登录"),
    "accounts:session:fail": _l("登录失败"),
    "accounts:session:end-all": _l("结束全部登录"),
    "accounts:role:grant": _l("授予系统角色"),
    "accounts:role:revoke": _l("撤回系统角色"),
    "accounts:audit:export": _l("导出审计记录"),
    "accounts:mail:retry": _l("重新发送邮件"),
    "accounts:task:again": _l("重新执行任务"),
    "accounts:feed:make": _l("生成日历订阅地址"),
    "accounts:feed:end": _l("关闭日历订阅"),
    "accounts:notices:edit": _l("修改提醒设置"),
    "accounts:token:make": _l("生成程序令牌"),
    "accounts:token:revoke": _l("撤回程序令牌"),
    **factors.ACTS,
    "accounts:copy:ask": _l("要求备份"),
    "accounts:copy:make": _l("完成备份"),
    "accounts:copy:fail": _l("备份失败"),
    "accounts:copy:end": _l("清除过期备份"),
    "accounts:drill:ask": _l("要求恢复演练"),
    "accounts:drill:end": _l("完成恢复演练"),
    **policy.ACTS,
    **failures.ACTS,
    **privacy.ACTS,
    **rights.ACTS,
    **sso.ACTS,
    **webhooks.ACTS,
}

# What fields, things and stored values are called where the trail is shown.
FIELDS = {
    "code": _l("编号"),
    "sessions": _l("登录数"),
    "name_hans": _l("名称（简体）"),
    "name_hant": _l("名称（繁体）"),
    "name_en": _l("名称（英文）"),
    "title": _l("职务"),
    "email": _l("工作邮箱"),
    "locale": _l("邮件语言"),
    "person_id": _l("人员"),
    "password_changed_at": _l("密码设置时间"),
    "disabled_at": _l("停用时间"),
    "role": _l("系统角色"),
    "valid_from": _l("自"),
    "valid_to": _l("至"),
    "purpose": _l("链接用途"),
    "address": _l("网络地址"),
    "from": _l("来自"),
    "ended": _l("已结束"),
    "rows": _l("条数"),
    "state": _l("状态"),
    "to": _l("收件人"),
    "feed": _l("日历订阅"),
    "name": _l("名称"),
    "start": _l("令牌开头"),
    "scopes": _l("允许做什么"),
    "expires_on": _l("最后一天"),
    "revoked": _l("已撤回"),
    "kinds": _l("提醒哪些"),
    "days_before": _l("到期前几天提醒"),
    "hour": _l("每日提醒时间"),
    "quiet_from": _l("免打扰开始"),
    "quiet_to": _l("免打扰结束"),
    "channel": _l("提醒方式"),
    **factors.FIELDS,
    "size": _l("字节"),
    "digest": "SHA-256",
    "head": _l("末条记录"),
    "problem": _l("原因"),
    **policy.FIELDS,
    **failures.FIELDS,
    **privacy.FIELDS,
    **rights.FIELDS,
    **sso.FIELDS,
}
THINGS = {
    "person": _l("人员"),
    "account": _l("账号"),
    "session": _l("登录"),
    "outbox": _l("邮件"),
    "job": _l("任务"),
    "notification_setting": _l("提醒设置"),
    **policy.THINGS,
    **privacy.THINGS,
    **rights.THINGS,
    "api_token": _l("程序令牌"),
    "kept_copy": _l("备份"),
    "copy_drill": _l("恢复演练"),
}
PART_NAMES = {
    "labs": _l("机构、协议与实验室"),
    "projects": _l("项目与里程碑"),
    "committee": _l("委员会与会议"),
    "overview": _l("总览、人员与通知"),
}
SCOPE_NAMES = {
    f"{part}:{how}": words
    for part, pair in {
        "labs": (_l("读机构、协议与实验室"), _l("读写机构、协议与实验室")),
        "projects": (_l("读项目与里程碑"), _l("读写项目与里程碑")),
        "committee": (_l("读委员会与会议"), _l("读写委员会与会议")),
        "overview": (_l("读总览、人员与通知"), _l("读写总览、人员与通知")),
    }.items()
    for how, words in zip(("read", "write"), pair, strict=True)
}
REMINDER_NAMES = {
    "due": _l("即将到期"),
    "overdue": _l("已逾期"),
    "stale": _l("很久没有更新"),
    "confirm": _l("等我确认的日期"),
    "review": _l("该复查的风险"),
    "paper": _l("将到期的实验室证照"),
    "owed": _l("应履行或待接受的义务"),
    "renewal": _l("将到期的协议"),
    "service": _l("待我答复的服务请求"),
    "hand_off": _l("轮到我方办理的交接"),
    "ask": _l("待我方答复的诉求"),
}
CHANNEL_NAMES = {"mail": _l("邮件和站内通知"), "app": _l("只用站内通知")}
VALUES = {
    "kinds": REMINDER_NAMES,
    "channel": CHANNEL_NAMES,
    "scopes": SCOPE_NAMES,
    "role": ROLE_NAMES,
    "locale": {"zh-Hans": "简体", "zh-Hant": "繁體", "en": "English"},
    "purpose": {"invitation": _l("邀请"), "reset": _l("重设密码")},
    **factors.VALUES,
    **policy.VALUES,
    **failures.VALUES,
}


def check_email(email: str) -> None:
    """Refuse what cannot be an e-mail address: exactly one @ with something on both sides, no blanks."""
    before, _, after = email.partition("@")
    if not before or "." not in after.strip(".") or "@" in after or any(ord(c) < 33 for c in email):
        raise RuleBroken("accounts:email-wrong", "email")


def check_code(code: str) -> None:
    """Refuse a code that is no word of an address."""
    if not CODE.fullmatch(code):
        raise RuleBroken("accounts:code-wrong", "code")


def check_role(role: str) -> None:
    """Refuse a role that is not in the catalogue."""
    if role not in ROLES:
        raise RuleBroken("accounts:role-unknown", "role", role=role)


def failure_key(email: str, address: str) -> str:
    """The throttle's key of an account, per address: a stranger's guesses do not lock its owner out.

    It is made of what was typed, whether or not such an account is there: both are slowed alike.
    """
    return f"sign-in:account:{secret_digest(email.strip().lower())[:32]}:{origin(address)}"


def session_is_over(created: datetime, last_seen: datetime, now: datetime) -> bool:
    """True when a session was idle too long or lasted too long."""
    return now - last_seen > SESSION_IDLE or now - created > SESSION_TOTAL


def read_days(typed: str) -> list[int]:
    """The days before a promised day, as typed: whole numbers parted by anything, full width too; the most first."""
    found = re.findall(r"\d+", typed)
    rest = re.sub(r"\d+|[\s,，、;；/和天日]+|and|days?", "", typed, flags=re.IGNORECASE)
    days = sorted({int(number) for number in found if len(number) < 5}, reverse=True)
    if rest or not days or len(days) > DAYS_MOST or days[0] > DAYS_LONGEST or len(found) > 2 * DAYS_MOST:
        raise RuleBroken("accounts:days-wrong", "days_before", most=DAYS_LONGEST, many=DAYS_MOST)
    return days


def check_hours(hour: int, quiet_from: int, quiet_to: int) -> None:
    """Refuse a digest that would fall into one's own quiet hours: it would never come."""
    if is_quiet(hour, quiet_from, quiet_to):
        raise RuleBroken("accounts:hour-quiet", "hour", hour=f"{hour:02}:00")


def check_reminders(kinds: Sequence[str], channel: str) -> None:
    """Refuse kinds and channels that are not in the catalogue."""
    if not set(kinds) <= set(REMINDERS) or channel not in CHANNELS:
        raise RuleBroken("accounts:reminder-unknown", "kinds")


def check_token(scopes: Sequence[str], expires_on: date, today: date) -> None:
    """Refuse a token that may do nothing, or that ends before it begins or after more than a year."""
    if not scopes or not set(scopes) <= set(SCOPE_NAMES):
        raise RuleBroken("accounts:token-scopes", "projects")
    if expires_on < today:
        raise RuleBroken("accounts:token-past", "expires_on")
    if expires_on > today + TOKEN_LIFE:
        raise RuleBroken("accounts:token-long", "expires_on", last=(today + TOKEN_LIFE).isoformat())


def allows(scopes: Sequence[str], part: str, *, writes: bool) -> bool:
    """Whether a token may read or write a part of the product; who may write it may read it too."""
    return f"{part}:write" in scopes or (not writes and f"{part}:read" in scopes)
