"""What an address of a program may ask. A word that is not known there is refused: a filter that was mistyped must not
answer as if there were none."""

from collections.abc import Iterable

from flask import abort, request
from flask_babel import gettext as _

from kangjiansheng.core import text
from kangjiansheng.core.i18n import LOCALES
from kangjiansheng.core.rest.problems import problem

LANGUAGE = "lang"
EVERYWHERE = (LANGUAGE, "as_of")  # where there is no past day, that is said in words of its own
LONGEST, MOST = 40, 20  # of what is named back


def refuse_unknown(taken: Iterable[str]) -> None:
    """Answer 400 to an address with words that are not among these, naming both."""
    offered = [*taken, LANGUAGE]
    wrong = [word for word in request.args if word not in (*offered, *EVERYWHERE)]
    if wrong:
        named = [text.line(word)[:LONGEST] for word in wrong[:MOST]]
        detail = _(
            "网址里不能写“%(word)s”；这里可以写的有：%(known)s。", word=named[0], known=_listed(offered)
        )
        errors = [{"field": word, "detail": _("没有这一项。")} for word in named]
        abort(problem(400, detail=detail, errors=errors, known=offered))
    if LANGUAGE in request.args:
        one_of(LANGUAGE, LOCALES)
    page = request.args.get("page", "1")
    if not (page.isascii() and page.isdigit() and len(page) < 9 and int(page)):
        abort(400, _("page 请写从 1 起的整数。"))


def one_of(word: str, known: Iterable[str]) -> str:
    """What an address says for a word of which the values are listed; 400 that names them for another value."""
    offered, said = [*known], request.args[word]
    if said not in offered:
        detail = _("“%(word)s”可以写的有：%(known)s。", word=word, known=_listed(offered))
        abort(problem(400, detail=detail, errors=[{"field": word, "detail": detail}], known=offered))
    return said


def _listed(words: Iterable[str]) -> str:
    return str(_("、")).join(words)
