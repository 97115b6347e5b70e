"""Pages of the overview that show some of the projects: what the address asks for, what can be asked for, and links
that keep it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, cast
from urllib.parse import urlencode

from flask import g, request
from flask_babel import gettext as _

from kangjiansheng.core import text
from kangjiansheng.core.access import actor
from kangjiansheng.core.i18n import name_of, sort_key
from kangjiansheng.core.pages import travel, with_args
from kangjiansheng.overview.rules.narrowing import ALL, Cards, Narrowing
from kangjiansheng.projects.forms.fields import choices
from kangjiansheng.projects.rules.vocabulary import column_of, families, stage_columns, templates

NAMES = tuple(one.name for one in fields(Narrowing))
Options = list[tuple[str, str]]


def asked() -> Narrowing:
    """What the address asks for; a code that nothing has shows nothing."""
    if "narrowing" not in g:  # each of the hundreds of links on a page keeps it
        g.narrowing = Narrowing(**{name: text.line(request.args.get(name, ""))[:80] for name in NAMES})
    return cast(Narrowing, g.narrowing)


def keep(address: str) -> str:
    """An address with the same day and the same projects."""
    wanted = asked()
    if wanted == ALL:
        return travel(address)
    more = {name: value for name, value in wanted.asked.items() if f"{name}=" not in address}
    joint = "&" if "?" in address else "?"
    path, hash_, place = address.partition("#")
    return travel(f"{path}{joint}{urlencode(more)}{hash_}{place}" if more else address)


def kept_args(*names: str) -> dict[str, str]:
    """What an address of a file has to say, so that it holds what this page shows: some arguments of this one, and the
    same projects."""
    return {key: request.args[key] for key in (*names, *NAMES) if key in request.args}


@dataclass(frozen=True)
class Bar:
    """What a page shows of it: the fields (name, label, options, chosen one), what is chosen in words, how many of
    the reader's projects that are, and the address without it."""

    fields: list[tuple[str, str, Options, str]]
    chosen: list[str]
    shown: int
    of: int
    clear: str
    kept: list[tuple[str, str]]
    reads_all: bool = False  # where there is no project, none is hidden from this reader

    @property
    def asked(self) -> dict[str, str]:
        """What is asked for, as an address says it."""
        return {name: value for name, _label, _options, value in self.fields if value}

    def nothing(self, past: bool) -> str:
        """Why the page shows no project."""
        return nothing(narrowed=bool(self.chosen), reads_all=self.reads_all, past=past)


def nothing(*, narrowed: bool, reads_all: bool, past: bool) -> str:
    """Why no project is shown. Only who reads all can be told that there is none: everybody else, that none is theirs
    to see."""
    if narrowed:
        return str(_("没有符合条件的项目"))
    if reads_all:
        return str(_("那一天还没有项目") if past else _("还没有项目"))
    return str(_("那一天没有您可以查看的项目") if past else _("没有您可以查看的项目"))


def bar(every: Cards, wanted: Narrowing, shown: int) -> Bar:
    """The bar over all projects that the reader sees: only what occurs among them can be chosen."""
    found = _fields(every, wanted)
    # Another choice has other pages.
    bare = with_args(page=None, **dict.fromkeys(NAMES))
    kept = [(k, v) for k, v in request.args.items(multi=True) if k not in (*NAMES, "every", "page")]
    return Bar(
        found,
        _chosen(found),
        shown,
        len(every),
        bare if "?" in bare else f"{bare}?every=1",
        kept,
        actor().reads_all,
    )


def chosen(every: Cards, wanted: Narrowing) -> str:
    """What is asked for in words; what none of the projects has by its code."""
    return str(_("，").join(_chosen(_fields(every, wanted)))) if wanted.asked else ""


def _fields(every: Cards, wanted: Narrowing) -> list[tuple[str, str, Options, str]]:
    options = _options(every)
    return [(name, _labels()[name], options[name], wanted.asked.get(name, "")) for name in NAMES]


def _chosen(found: list[tuple[str, str, Options, str]]) -> list[str]:
    return [dict(offered).get(value, value) for _name, _label, offered, value in found if value]


def marks(every: Cards, wanted: Narrowing) -> list[tuple[str, str]]:
    """What a file says of what it was narrowed to; nothing when it holds all."""
    return [(_("筛选"), chosen(every, wanted))] if wanted.asked else []


def _labels() -> Mapping[str, str]:
    return {
        "lab": _("联合实验室"),
        "party": _("参与方"),
        "family": _("技术大类"),
        "stage": _("阶段"),
        "pathway": _("路径"),
    }


def _options(every: Cards) -> Mapping[str, Options]:
    key = sort_key()
    there = {
        "family": set(every.families),
        "stage": {column_of(stage) for stage in set(every.stages)},
        "pathway": set(every.pathways),
    }

    def known(vocabulary: Mapping[str, Any], name: str) -> Options:
        return [(code, label) for code, label in choices(vocabulary) if code in there[name]]

    return {
        "lab": sorted((lab.code, name_of(lab)) for lab in every.labs),
        "party": sorted(((one.code, name_of(one)) for one in every.parties), key=lambda pair: key(pair[1])),
        "family": known(families(), "family"),
        "stage": known(stage_columns(), "stage"),
        "pathway": known(templates(), "pathway"),
    }
