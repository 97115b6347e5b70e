"""The notice on personal data (articles 14 and 17 of the PIPL): its text is the installation's, its versions stay."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from flask_babel import lazy_gettext as _l

from kangjiansheng.core.digests import sha256
from kangjiansheng.core.errors import RuleBroken

TEXT_MOST = 20000
# What the text that comes with the software leaves open: who publishes a version has completed it.
OPEN = ("由本机构填写", "由本機構填寫", "To be completed by the institution")
ACTS = {
    "accounts:privacy:publish": _l("发布个人信息告知"),
    "accounts:privacy:accept": _l("接受个人信息告知"),
}
THINGS = {"privacy_notice": _l("个人信息告知"), "notice_acceptance": _l("接受个人信息告知")}
FIELDS = {
    "edition": _l("版本"),
    "language": _l("语言"),
    "text_digest": _l("文本的 SHA-256"),
}


@dataclass(frozen=True)
class Notice:
    """One version as people read it. Version 0 comes with the software and waits to be completed."""

    number: int
    texts: Mapping[str, str]  # by language
    made_at: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "texts", MappingProxyType(dict(self.texts)))

    @property
    def is_own(self) -> bool:
        """Whether the installation has written it."""
        return self.number > 0

    def digest(self, language: str) -> str:
        """The SHA-256 of what somebody reads in a language."""
        return sha256(self.texts[language])


def check_texts(texts: Mapping[str, str]) -> None:
    """Refuse a version that leaves open what only the installation knows."""
    for field, text in texts.items():
        if any(mark.casefold() in text.casefold() for mark in OPEN):
            raise RuleBroken("accounts:privacy-open", field)
