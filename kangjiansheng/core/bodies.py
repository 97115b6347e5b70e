"""How a request is read: its body, and where it says it comes from."""

from collections.abc import Callable
from typing import Any

from flask import Request
from werkzeug.datastructures import MultiDict
from werkzeug.formparser import FormDataParser

from kangjiansheng.core.text import host_of

LONG_TEXT = 6 * 1024 * 1024  # bytes
View = Callable[..., Any]


def long_texts(view: View) -> View:
    """A view to which a longer text may be sent. All are bounded, since they are read whole into memory before anybody
    has asked who sends them."""
    view.long_texts = True  # type: ignore[attr-defined]
    return view


class _Parts(FormDataParser):
    """Reads parts as browsers send them: one without a name belongs to no field and is left out."""

    def parse(self, *args: Any, **kwargs: Any) -> tuple[Any, MultiDict[str, str], MultiDict[str, Any]]:
        stream, form, files = super().parse(*args, **kwargs)
        return stream, self._named(form), self._named(files)

    def _named(self, found: MultiDict[str, Any]) -> MultiDict[str, Any]:
        if None not in found:
            return found
        return self.cls((name, value) for name, value in found.items(multi=True) if name is not None)


class Incoming(Request):
    """A request whose fields all have names, and which comes from an address or from none."""

    form_data_parser_class = _Parts

    @property
    def referrer(self) -> str | None:  # type: ignore[override]
        """Where the browser says that it was; None where that is no address, as for one that says nothing."""
        sent = self.headers.get("Referer")
        return sent if host_of(sent) else None
