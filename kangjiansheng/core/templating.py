"""How templates reach what they show: the steps that a page takes a thousand times, without Jinja's detours.

Jinja asks of all that a template calls whether it wants the context, and makes a `Markup` of each text that it puts
out, only to join them all. Both are right, and both take longer than what our macros do.
"""

import os
import re
import sys
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from types import BuiltinMethodType, FunctionType, MethodType
from typing import Any

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from jinja2 import __version__ as jinja
from jinja2.bccache import Bucket
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
    app.jinja_env.bytecode_cache = Compiled()


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
