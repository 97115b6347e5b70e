"""What an address of a program may ask. A word that is not known there is refused: a filter that was mistyped must not
answer as if there were none."""

from collections.abc import Iterable

from flask import abort, request
from flask_babel import gettext as _

from kangjiansheng.core import text
from kangjiansheng.core.rest.problems import problem

LANGUAGE = "lang"
EVERYWHERE = (LANGUAGE, "as_of")  # where there is no past day, that is said in words of its own
LONGEST, MOST = 40, 20  # of what is named back


def refuse_unknown(taken: Iterable[str]) -> None:
    """Answer 400 to an address with words that are not among these, naming both."""
    offered = [*taken, LANGUAGE]
    wrong = [word for word in request.args if word not in (*offered, *EVERYWHERE)]
    if not wrong:
        return
    named = [text.line(word)[:LONGEST] for word in wrong[:MOST]]
    known = str(_("、")).join(offered)
    detail = _("网址里不能写“%(word)s”；这里可以写的有：%(known)s。", word=named[0], known=known)
    errors = [{"field": word, "detail": _("没有这一项。")} for word in named]
    abort(problem(400, detail=detail, errors=errors, known=offered))
