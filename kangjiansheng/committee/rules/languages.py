"""Into which languages minutes are translated."""

from collections.abc import Iterable

# Each under its own name, as the switch of languages has it: it reads the same for every reader.
NAMES = {"zh-Hans": "简体中文", "zh-Hant": "繁體中文", "en": "English"}


def others(written: str) -> list[str]:
    """The languages into which a text may be translated that was written in one of them."""
    return [language for language in NAMES if language != written]


def in_order(found: Iterable[str]) -> list[str]:
    """Languages in the order in which pages name them, each once."""
    known = set(found)
    return [language for language in NAMES if language in known]
