"""Where a message may go: the messengers' own hosts over https, and what the operator has allowed. Nothing else:
whoever administers people must not be able to make the server call what only the server can reach."""

from urllib.parse import parse_qs, urlsplit

from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.outgoing import is_plain, origin_of

# The host of each messenger, the path of its robots, and the parameter that is the robot's key.
OWN = {
    "wecom": ("https://qyapi.weixin.qq.com:443", "/cgi-bin/webhook/send", "key"),
    "feishu": ("https://open.feishu.cn:443", "/open-apis/bot/v2/hook/", ""),
    "dingtalk": ("https://oapi.dingtalk.com:443", "/robot/send", "access_token"),
}


def check(messenger: str, address: str, allowed: frozenset[str]) -> None:
    """Refuse an address that is not a robot's of this messenger, or lies where nothing may go."""
    if not is_plain(address):
        raise RuleBroken("core:robot-no-address", "address")
    origin, parts = origin_of(address), urlsplit(address)
    own, path, key = OWN[messenger]
    if origin in allowed:
        return
    if parts.scheme != "https":
        raise RuleBroken("core:robot-https", "address")
    if origin != own:
        raise RuleBroken("core:robot-host", "address", host=(urlsplit(own).hostname or ""))
    if key:
        good = parts.path == path and bool(parse_qs(parts.query).get(key))
    else:
        good = parts.path.startswith(path) and len(parts.path) > len(path)
    if not good:
        raise RuleBroken("core:robot-not-whole", "address")


def secrets_in(address: str, secret: str) -> list[str]:
    """The parts of an address and a signing secret that let others speak in the group, the longest first."""
    parts = urlsplit(address)
    found = {address, secret, parts.query, parts.path.rsplit("/", 1)[-1]}
    found |= {value for values in parse_qs(parts.query).values() for value in values}
    return sorted((part for part in found if len(part) > 7), key=len, reverse=True)


def shown(address: str) -> str:
    """What a page shows of an address: the host, and the last four signs to tell two robots apart."""
    return f"{urlsplit(address).hostname} …{address[-4:]}" if address else ""
