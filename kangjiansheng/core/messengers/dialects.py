"""How each messenger wants a message, and what its answer means. All answer 200 and put the truth into the body."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from kangjiansheng.core import text

RATE = {"wecom": {45009}, "feishu": {11232}, "dingtalk": {130101, 410100}}
BUSY = {-1}
_KNOWN: dict[str, dict[int, str]] = {
    "wecom": {93000: "key"},
    "feishu": {19001: "key", 19021: "signature", 19022: "internet-address", 19024: "keyword"},
    "dingtalk": {
        300001: "key",
        300005: "key",
        400013: "key",
        400101: "key",
        400102: "key",
        400106: "key",
        310000: "security",
    },
}
_FAST = ("too fast", "frequency", "too many", "rate limit")


@dataclass(frozen=True)
class Outcome:
    """What became of a try: sent, later (try again), failed (it will not get better by itself), or unsure."""

    state: str
    problem: str = ""
    answer: str = ""


def request(messenger: str, address: str, secret: str, words: str, now: datetime) -> tuple[str, bytes]:
    """Address and body of a message, signed as the messenger wants it.

    DingTalk: HMAC-SHA256 with the secret over "milliseconds LF secret", in the query. Feishu: HMAC-SHA256 over
    nothing with "seconds LF secret" as the key, in the body. WeCom: no signature, the key is in the address.
    """
    if messenger == "feishu":
        body: dict[str, Any] = {"msg_type": "text", "content": {"text": words}}
        if secret:
            stamp = str(int(now.timestamp()))
            body |= {"timestamp": stamp, "sign": _sign(f"{stamp}\n{secret}", "")}
        return address, _json(body)
    body = {"msgtype": "text", "text": {"content": words}}
    if messenger == "dingtalk" and secret:
        stamp = str(int(now.timestamp() * 1000))
        sign = quote(_sign(secret, f"{stamp}\n{secret}"), safe="")
        address += f"{'&' if '?' in address else '?'}timestamp={stamp}&sign={sign}"
    return address, _json(body)


def _sign(key: str, said: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), said.encode(), hashlib.sha256).digest()).decode()


def _json(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def read(messenger: str, status: int, data: bytes) -> Outcome:
    """What an answer means. Only a zero where the messenger puts its verdict means sent."""
    if 300 <= status < 400:
        return Outcome("failed", "redirect", f"HTTP {status}")
    said = _object(data)
    code, words = _verdict(messenger, said)
    answer = f"{code} {words}".strip() if code is not None else f"HTTP {status}"
    if status == 429 or code in RATE[messenger] or (code and any(fast in words.lower() for fast in _FAST)):
        return Outcome("later", "rate", answer)
    if status >= 500 or code in BUSY:
        return Outcome("later", "busy", answer)
    if code is None:
        return Outcome("failed", "stranger", answer)
    if code == 0 and status == 200:
        return Outcome("sent")
    return Outcome("failed", _KNOWN[messenger].get(code, "refused"), answer)


def _object(data: bytes) -> dict[str, Any]:
    try:
        said = json.loads(data)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _verdict(messenger: str, said: dict[str, Any]) -> tuple[int | None, str]:
    names = ("code", "StatusCode") if messenger == "feishu" else ("errcode",)
    code = next((said[name] for name in names if type(said.get(name)) is int), None)
    words = next((said[name] for name in ("errmsg", "msg", "StatusMessage") if said.get(name)), "")
    return code, text.line(str(words))[:200]
