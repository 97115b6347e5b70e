"""How templates reach what they show: the steps that a page takes a thousand times, without Jinja's detours.

Jinja asks of all that a template calls whether it wants the context, and makes a `Markup` of each text that it puts
out, only to join them all. Both are right, and both take longer than what our macros do.
"""

import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib.util import cache_from_source
from pathlib import Path
from types import BuiltinMethodType, FunctionType, MethodType
from typing import Any

from flask import Flask
from jinja2 import Environment, FileSystemBytecodeCache
from jinja2 import __version__ as jinja
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import Call, Const, Expr, Name
from jinja2.runtime import Context, Macro, missing
from markupsafe import Markup, escape

_ASKED = frozenset({FunctionType, MethodType, BuiltinMethodType})
_OF_DICTS = frozenset(dir(dict))
_special = re.compile("[&<>'\"]").search


def init_app(app: Flask) -> None:
    """Let all templates of the application go these ways."""
    shorten(app.jinja_env)
    app.jinja_env.bytecode_cache = Compiled()


def shorten(environment: Environment) -> None:
    """Let the templates of an environment go these ways; `core.pages` adds `said`, the sentences of ours."""
    environment.context_class = Calling
    environment.code_generator_class = Writing
    environment.extend(shown=shown, marked=partial(str.__new__, Markup), getattr=_getting(environment))


def _getting(environment: Environment) -> Callable[[Any, str], Any]:
    """What an attribute is. Jinja looks for it among those of a dictionary before it looks what that holds."""
    usual = environment.getattr

    def find(of: Any, name: str) -> Any:
        if type(of) is dict and name in of and name not in _OF_DICTS:
            return of[name]
        try:
            return getattr(of, name)
        except AttributeError:
            return usual(of, name)

    return find


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
        if kind is not Macro and (kind not in _ASKED or hasattr(called, "jinja_pass_arg")):
            return super().call(called, *args, **named)
        if named:
            named.pop("_loop_vars", None)
            named.pop("_block_vars", None)
        return self._text(called, args, named) if kind is Macro else called(*args, **named)

    def _text(self, macro: Any, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        lacks = macro._argument_count - len(args)
        if macro.caller or macro.catch_kwargs or macro.catch_varargs or lacks < 0:
            return macro(self.eval_ctx, *args, **named)
        if lacks:
            args = (*args, *[named.pop(name, missing) for name in macro.arguments[-lacks:]])
        if named:
            return macro(self.eval_ctx, *args, **named)  # says what is wrong
        text = macro._func(*args)
        if type(text) is Markup or not self.eval_ctx.autoescape:
            return text
        return self.environment.marked(text)  # type: ignore[attr-defined]


class Writing(CodeGenerator):
    """The compiler of templates: text is put out by `shown`, what is markup is only called so, and a sentence of ours
    that tells nothing is looked up without asking what `_` is: no template calls anything else so."""

    def visit_Call(self, node: Call, frame: Frame, forward_caller: bool = False) -> None:
        """Write a call."""
        if _is_sentence(node):
            self.write(f"environment.said({node.args[0].value!r})")  # type: ignore[attr-defined]
        else:
            super().visit_Call(node, frame, forward_caller=forward_caller)

    def return_buffer_contents(self, frame: Frame, force_unescaped: bool = False) -> None:
        """Write the end of what makes a text."""
        if force_unescaped or frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super().return_buffer_contents(frame, force_unescaped)
        else:
            self.writeline(f"return environment.marked(concat({frame.buffer}))")

    def _output_child_pre(self, node: Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("(" if _is_sentence(node) else "environment.shown(")


def _is_sentence(node: Expr) -> bool:
    if not isinstance(node, Call) or node.kwargs or node.dyn_args or node.dyn_kwargs or len(node.args) != 1:
        return False
    said = node.args[0]
    return isinstance(node.node, Name) and node.node.name == "_" and isinstance(said, Const)


class Compiled(FileSystemBytecodeCache):
    """Compiled templates, kept where Python keeps compiled modules and under its rules: whoever may write there may
    write those, too. Compiling all of ours takes a process three seconds, reading them a quarter of one."""

    def __init__(self) -> None:
        folder = Path(cache_from_source(__file__)).parent
        super().__init__(str(folder), "template-%s.bin")
        sources = [Path(__file__), Path(__file__).with_name("pages.py")]
        self._made_by = jinja + "".join(path.read_text("utf-8") for path in sources)

    def get_source_checksum(self, source: str) -> str:
        """What a template is compiled from: its text, Jinja and ours beside it."""
        return super().get_source_checksum(source + self._made_by)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template, where files may be written."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                os.makedirs(self.directory, exist_ok=True)
                super().dump_bytecode(bucket)
