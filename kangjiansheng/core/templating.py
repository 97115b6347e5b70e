"""How templates reach what they show: the steps that a page takes a thousand times, without Jinja's detours.

Jinja asks of all that a template calls whether it wants the context, and makes a `Markup` of each text that it puts
out, only to join them all. Both are right, and both take longer than what our macros do.
"""

import re
from types import BuiltinMethodType, FunctionType, MethodType
from typing import Any

from flask import Flask
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import Expr
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

_ASKED = frozenset({FunctionType, MethodType, BuiltinMethodType})
_special = re.compile("[&<>'\"]").search


def init_app(app: Flask) -> None:
    """Let all templates of the application go these ways."""
    app.jinja_env.context_class = Calling
    app.jinja_env.code_generator_class = Writing
    app.jinja_env.extend(shown=shown)


def shown(value: Any) -> str:
    """Text as it stands in a page: escaped unless it is markup."""
    kind = type(value)
    if kind is str:
        return value if _special(value) is None else escape(value)
    if kind is Markup:
        return value  # type: ignore[no-any-return]
    return str(value) if kind is int else escape(value)


class Calling(Context):
    """The context of a template. Of functions and macros it knows at once what they want."""

    def call(self, called: Any, /, *args: Any, **named: Any) -> Any:
        """Call what a template calls."""
        kind = type(called)
        if kind is Macro:
            args = (self.eval_ctx, *args)
        elif kind not in _ASKED or hasattr(called, "jinja_pass_arg"):
            return super().call(called, *args, **named)
        named.pop("_loop_vars", None)
        named.pop("_block_vars", None)
        return called(*args, **named)


class Writing(CodeGenerator):
    """The compiler of templates: text is put out by `shown`."""

    def _output_child_pre(self, node: Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.shown(")
