"""Colours: the style sheet and the packaged tokens are one, and every pair in use can be read."""

import json
import re
from itertools import product
from pathlib import Path

import pytest

CORE = Path(__file__).parents[2] / "kangjiansheng" / "core"
TOKENS = json.loads((CORE / "reference" / "tokens.json").read_text(encoding="utf-8"))
CSS = (CORE / "static_src" / "css" / "kjs-tokens.css").read_text(encoding="utf-8")
STATUSES = ("ontrack", "risk", "slip", "late", "done", "idle", "gate", "pause")


def pairs() -> list[tuple[str, str, float]]:
    """Foreground, ground, least contrast: 4.5 for text, 3 for shapes and borders (WCAG 2.2 AA)."""
    text = product(
        ("ink", "ink-2", "ink-3", "link", "primary"), ("ground", "surface", "raised", "sunken", "hover")
    )
    found = [(a, b, 4.5) for a, b in text]
    found += [(a, "primary-tint", 4.5) for a in ("primary", "ink-2", "ink-3", "risk-text")]
    found += [("ink-2", f"{s}-tint", 4.5) for s in ("late", "slip", "risk", "gate")]
    found += [("on-primary", "primary", 4.5), ("ink", "mark-note", 4.5), ("link", "mark-note", 4.5)]
    found += [("seal", "surface", 4.5), ("seal", "seal-tint", 4.5)]
    found += [("mark-add-ink", "mark-add", 4.5), ("mark-del-ink", "mark-del", 4.5)]
    found += [(a, b, 3) for a, b in product(("control", "focus"), ("ground", "surface"))]
    for s in STATUSES:
        found += [(s, b, 3) for b in ("ground", "surface", "raised", f"{s}-tint")]
        found += [(f"{s}-text", b, 4.5) for b in ("ground", "surface", "raised", "hover", f"{s}-tint")]
    found += [(f"cat-{k}", "surface", 3) for k in range(1, 7)]
    return found


def luminance(colour: str) -> float:
    """Relative luminance of #RRGGBB (WCAG 2.2, definition of relative luminance)."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_pair_can_be_read(theme: str) -> None:
    palette = TOKENS[theme]
    weak = [(a, b) for a, b, least in pairs() if contrast(palette[a], palette[b]) < least]
    assert weak == []


def test_the_style_sheet_has_the_packaged_values() -> None:
    light, dark = CSS.split('[data-bs-theme="dark"]')
    for theme, part in (("light", light), ("dark", dark)):
        written = dict(re.findall(r"--kj-([a-z0-9-]+):(#[0-9A-F]{6});", part))
        assert written == TOKENS[theme]


def test_the_dark_theme_is_for_screens_only() -> None:
    assert CSS.index("@media screen{") < CSS.index('[data-bs-theme="dark"]')
