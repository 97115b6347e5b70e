"""The floor of supported browsers is Chromium 109: what came later is not used, or only where it is missed by looks alone."""

import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "kangjiansheng"
SOURCES = PACKAGE / "core" / "static_src"
FLOOR = 109

# What is not in the floor: since which Chromium, and how it is known in our own files.
CSS = {
    "color-mix": (111, r"color-mix\("),
    "oklch, lab and color()": (111, r"\b(?:ok)?l(?:ch|ab)\(|\bcolor\("),
    "sines and powers": (111, r"\b(?:a?sin|a?cos|a?tan2?|pow|sqrt|hypot|log|exp|round|mod|rem|sign)\("),
    "nth-child of a selector": (111, r":nth-(?:last-)?child\([^)]* of "),
    "nesting": (112, r"\{[^{}]*;?\s*&"),
    "linear()": (113, r"\blinear\("),
    "image-set": (113, r"(?<!-)\bimage-set\("),
    "text-wrap": (114, r"\btext-wrap(?:-\w+)?:"),
    "popover": (114, r":popover-open"),
    "timelines of scrolling": (115, r"(?:animation|scroll|view)-timeline"),
    "subgrid": (117, r"\bsubgrid\b"),
    "starting-style": (117, r"@starting-style|transition-behavior"),
    "scope": (118, r"@scope"),
    "float by direction": (118, r"(?:float|clear):\s*inline-"),
    "user-invalid": (119, r":user-(?:in)?valid"),
    "relative colours": (119, r"\b(?:rgb|hsl)a?\(\s*from\b"),
    "mask without prefix": (120, r"(?<![-\w])mask(?:-(?!clip)\w+)?:"),
    "dir()": (120, r":dir\("),
    "colours of scrollbars": (121, r"\bscrollbar-(?:color|width):"),
    "light-dark": (123, r"light-dark\("),
    "field-sizing": (123, r"field-sizing"),
    "spacing of punctuation": (123, r"text-spacing-trim|text-autospace"),
    "anchors": (125, r"(?<![-\w])anchor(?:-name|-size)?[(:]|position-(?:anchor|area|try)"),
    "sizes of words": (129, r"interpolate-size|calc-size\("),
    "contents of details": (131, r"::details-content"),
    "trimmed text boxes": (133, r"\btext-box(?:-\w+)?:"),
    "colours in print without prefix": (136, r"(?<!-)\bprint-color-adjust:"),
}  # fmt: skip
JS = {
    "arrays that are copied": (110, r"\.to(?:Sorted|Reversed|Spliced)\("),
    "view transitions": (111, r"startViewTransition"),
    "isWellFormed": (111, r"(?:is|to)WellFormed"),
    "popover": (114, r"(?:show|hide|toggle)Popover|ToggleEvent"),
    "end of scrolling": (114, r"scrollend"),
    "any of several signals": (116, r"AbortSignal\.any"),
    "groupBy": (117, r"\b(?:Object|Map)\.groupBy"),
    "withResolvers": (119, r"withResolvers"),
    "canParse": (120, r"URL\.(?:canParse|parse)\("),
    "fromAsync": (121, r"fromAsync"),
    "sets": (122, r"\.(?:isSubsetOf|isSupersetOf|isDisjointFrom|symmetricDifference|intersection|difference|union)\("),
    "iterators": (122, r"\bIterator\.|\.(?:values|keys|entries)\(\)\.(?:map|filter|take|drop|some|every|find|reduce|toArray)\("),
    "HTML set by name": (124, r"setHTMLUnsafe|getHTML\(|parseHTMLUnsafe"),
    "Promise.try": (128, r"Promise\.try"),
    "passkeys as JSON": (129, r"parse(?:Creation|Request)OptionsFromJSON"),
    "moveBefore": (133, r"moveBefore"),
    "RegExp.escape": (136, r"RegExp\.escape"),
}  # fmt: skip
HTML = {
    "popover": (114, r"<[^>{]*\spopover(?:target)?[\s=>]"),
    "search": (118, r"<search[\s>]"),
    "details of which one is open": (120, r"<details[^>]*\sname="),
    "commands of buttons": (135, r"<button[^>]*\scommand(?:for)?="),
}
# Ignored by older browsers with no harm: lines break elsewhere, punctuation keeps its full width, scrollbars look plain,
# the prefixed name stands before.
LOOKS = {"text-wrap", "colours of scrollbars", "colours in print without prefix", "spacing of punctuation"}


def without_supports(text: str) -> str:
    """A style sheet without comments and without what older browsers pass over by themselves, since it asks first."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    while start := re.search(r"@supports[^{]*\{", text):
        end, depth = start.end(), 1
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        text = text[: start.start()] + text[end:]
    return text


def beyond(text: str, known: dict[str, tuple[int, str]]) -> set[str]:
    """What of later browsers a text uses."""
    return {name for name, (_since, pattern) in known.items() if re.search(pattern, text)}


@pytest.mark.parametrize("kind", ["css", "js", "html"])
def test_nothing_is_used_that_the_floor_does_not_know(kind: str) -> None:
    known, below = {"css": (CSS, SOURCES), "js": (JS, SOURCES), "html": (HTML, PACKAGE)}[kind]
    files = sorted(below.rglob(f"*.{kind}"))
    assert files and all(since > FLOOR for since, _pattern in known.values())
    texts = {path.name: path.read_text("utf-8") for path in files}
    used = {
        name: beyond(without_supports(text) if kind == "css" else text, known) for name, text in texts.items()
    }
    assert {name: found for name, found in used.items() if found - LOOKS} == {}


@pytest.mark.parametrize(
    ("text", "known", "found"),
    [
        # A value with var() in it is not passed over by older browsers: the line before it does not stand in.
        ("a{color:red;color:color-mix(in srgb,var(--x),red)}", CSS, {"color-mix"}),
        ("@supports (color:color-mix(in srgb,red,blue)){@media print{a{color:color-mix(in srgb,red,blue)}}}", CSS, set()),
        ("a{color:red;&:hover{color:blue}}", CSS, {"nesting"}),
        ("a{-webkit-mask:none;background:linear-gradient(red,blue)}/* & :dir( */", CSS, set()),
        ("a{mask-image:none}b{animation:x 1s linear(0,1)}", CSS, {"mask without prefix", "linear()"}),
        ("Object.groupBy(a, b); new Set(a).union(b); xs.toSorted()", JS, {"groupBy", "sets", "arrays that are copied"}),
        ("xs.filter(f).map(g); Object.keys(a).map(h); m.entries()", JS, set()),
        ('<details class="x" name="y">', HTML, {"details of which one is open"}),
    ],
)  # fmt: skip
def test_what_came_later_is_seen(text: str, known: dict[str, tuple[int, str]], found: set[str]) -> None:
    assert beyond(without_supports(text) if known is CSS else text, known) == found
