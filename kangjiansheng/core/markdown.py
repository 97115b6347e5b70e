"""Markdown to safe HTML. The one reviewed place, with core.pages.figure_json, where markup is marked as safe.

Raw HTML is not parsed, and what comes out goes through an allow-list.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from html import escape, unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import isWhiteSpace
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from markupsafe import Markup

TAGS = {
    "p", "br", "strong", "em", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "a",
    "table", "thead", "tbody", "tr", "th", "td", "img",
}  # fmt: skip
SCHEMES = {"http", "https", "mailto"}
# The sides of columns of a table, as classes: our pages take no style of a text.
ALIGNED = {"right": "n", "center": "ctr"}
IMAGE = re.compile("image:([0-9a-f]{64})")  # a picture that we keep, by the digest of its bytes
_CJK = re.compile(
    "[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\u2018-\u201d"
    "\U00020000-\U0003ffff]"
)


@lru_cache(maxsize=1024)
def render(text: str, images: str = "") -> Markup:
    """The text as HTML: paragraphs, emphasis, lists, tables, links to http(s) and to our own pages. It rests on nothing
    but the text, so what was made is kept for the texts that were read last.

    `images` is the path under which pictures that we keep are shown, by their digest; without it, and of any other
    picture, what stands for it in words is shown.
    """
    html = nh3.clean(
        _parser().render(text, {"images": images}),
        tags=TAGS,
        attributes={"a": {"href"}, "img": {"src", "alt", "loading"}},
        allowed_classes={tag: set(ALIGNED.values()) for tag in ("th", "td")},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    )
    return Markup(html)  # noqa: S704


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table")
    parser.validateLink = _leads_to_an_address  # type: ignore[method-assign]
    parser.add_render_rule("image", _image)
    parser.inline.ruler.at("emphasis", _emphasis)
    parser.core.ruler.push("aligned", _aligned)
    return parser


def _leads_to_an_address(url: str) -> bool:
    """False for schemes that do something else than open a page or write a mail, however they are spelled."""
    plain = re.sub(r"[\x00-\x20]", "", unquote(url)).lower()
    scheme = re.match(r"([a-z][a-z0-9+.-]*):", plain)
    return scheme is None or scheme[1] in SCHEMES or IMAGE.fullmatch(url) is not None


def _aligned(state: StateCore) -> None:
    for token in state.tokens:
        if token.type in ("th_open", "td_open") and "style" in token.attrs:
            side = str(token.attrs.pop("style")).removeprefix("text-align:")
            token.meta["side"] = side
            if side in ALIGNED:
                token.attrSet("class", ALIGNED[side])


def _image(_self: Any, tokens: Sequence[Token], at: int, _options: Any, env: Mapping[str, Any]) -> str:
    token = tokens[at]
    alt, kept = escape(token.content), IMAGE.fullmatch(str(token.attrs.get("src", "")))
    if kept is None or not env.get("images"):
        return str(alt)
    return f'<img src="{escape(env["images"])}/{kept.group(1)}" alt="{alt}" loading="lazy">'


def _emphasis(state: StateInline, silent: bool) -> bool:
    """The emphasis rule of CommonMark asks for blanks or punctuation around ** and so fails in Chinese;
    beside a CJK character it suffices that the inner side is no blank."""
    mark = state.src[state.pos]
    if silent or mark not in "_*":
        return False
    found = state.scanDelims(state.pos, mark == "*")
    opens, closes = found.can_open, found.can_close
    if mark == "*":
        end = state.pos + found.length
        before = state.src[state.pos - 1] if state.pos else " "
        after = state.src[end] if end < state.posMax else " "
        if _CJK.match(before) or _CJK.match(after):
            opens = opens or not isWhiteSpace(ord(after))
            closes = closes or not isWhiteSpace(ord(before))
    for _ in range(found.length):
        token = state.push("text", "", 0)
        token.content = mark
        state.delimiters.append(
            Delimiter(
                marker=ord(mark),
                length=found.length,
                token=len(state.tokens) - 1,
                end=-1,
                open=opens,
                close=closes,
            )
        )
    state.pos += found.length
    return True


def plain(text: str) -> str:
    """Markdown as words alone, for a line of a list."""
    return render(text).striptags()


class _Pieces(HTMLParser):
    """HTML of ours in pieces: tags as they are, and what is read between them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.pieces: list[tuple[bool, str]] = []  # is it text?, the piece

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.pieces.append((False, self.get_starttag_text() or ""))

    def handle_endtag(self, tag: str) -> None:
        self.pieces.append((False, f"</{tag}>"))

    def handle_data(self, data: str) -> None:
        self.pieces.append((True, data))

    def handle_entityref(self, name: str) -> None:
        self.pieces.append((True, unescape(f"&{name};")))

    def handle_charref(self, name: str) -> None:
        self.pieces.append((True, unescape(f"&#{name};")))


def _pieces(text: str) -> list[tuple[bool, str]]:
    parser = _Pieces()
    parser.feed(str(render(text)))
    parser.close()
    return parser.pieces


def shown(text: str) -> str:
    """What is read on a page of a text, letter by letter as a browser counts them."""
    return "".join(piece for is_text, piece in _pieces(text) if is_text)


def highlighted(text: str, places: Iterable[tuple[int, int]]) -> Markup:
    """The text as HTML with some places of `shown` marked."""
    marked = {at for start, end in places for at in range(start, end)}
    done, at = [], 0
    for is_text, piece in _pieces(text):
        if not is_text:
            done.append(piece)
            continue
        run, on = "", False
        for letter in piece:
            if (at in marked) != on:
                done.append(_run(run, on))
                run, on = "", not on
            run += letter
            at += 1
        done.append(_run(run, on))
    return Markup("".join(done))  # noqa: S704


def _run(run: str, on: bool) -> str:
    return f"<mark>{escape(run)}</mark>" if on and run.strip() else escape(run)


Node = dict[str, Any]
_INLINE = {"strong": "b", "em": "i"}


def tree(text: str) -> list[Node]:
    """Markdown as nested nodes, for what is no HTML: PDF and DOCX show exactly what `render` shows.

    Blocks (`k`): p, ul, ol, quote, code, hr, table. Words: t (text), b, i, code, br, a, img (a picture by its
    digest, with what stands for it in words).
    """
    return [node for child in SyntaxTreeNode(_parser().parse(text)).children for node in _block(child)]


def _block(node: SyntaxTreeNode) -> list[Node]:
    if node.type in ("bullet_list", "ordered_list"):
        rows = [[n for c in item.children for n in _block(c)] for item in node.children]
        start = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else 1
        return [{"k": "ul" if node.type == "bullet_list" else "ol", "c": rows, "start": start}]
    if node.type == "blockquote":
        return [{"k": "quote", "c": [n for c in node.children for n in _block(c)]}]
    if node.type in ("fence", "code_block"):
        return [{"k": "code", "v": node.content}]
    if node.type == "hr":
        return [{"k": "hr"}]
    if node.type == "table":
        lines = [line for part in node.children for line in part.children]
        sides = [cell.meta.get("side", "left") for cell in lines[0].children]
        cells = [[_words(cell) for cell in line.children] for line in lines]
        return [{"k": "table", "rows": cells, "sides": sides}]
    if node.type == "heading":  # a heading inside a paragraph is only emphasis
        return [{"k": "p", "c": [{"k": "b", "c": _words(node)}]}]
    return [{"k": "p", "c": _words(node)}] if node.type in ("paragraph", "inline") else []


def _words(node: SyntaxTreeNode) -> list[Node]:
    return [word for child in node.children for word in _word(child)]


def _word(node: SyntaxTreeNode) -> list[Node]:
    if node.type == "inline":
        return _words(node)
    if node.type in _INLINE:
        return [{"k": _INLINE[node.type], "c": _words(node)}]
    if node.type == "link":
        href = str(node.attrs.get("href", ""))
        return [{"k": "a", "href": href, "c": _words(node)}] if href.startswith(_OUTSIDE) else _words(node)
    if node.type == "image":
        kept = IMAGE.fullmatch(str(node.attrs.get("src", "")))
        alt = [{"k": "t", "v": node.content}] if node.content else []
        return [{"k": "img", "sha": kept.group(1), "alt": node.content, "c": alt}] if kept else alt
    if node.type in ("softbreak", "hardbreak"):
        return [{"k": "br"}]
    if node.type == "code_inline":
        return [{"k": "code", "v": node.content}]
    return [{"k": "t", "v": node.content}] if node.content else []


_OUTSIDE = ("http://", "https://", "mailto:")
