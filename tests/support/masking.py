"""What rightly differs between two answers to the same request: the token against forged requests, the key of a form
and the number of the request."""

import re

from werkzeug.test import TestResponse

_ONCE = re.compile(rb'name="once" value="[^"]+"')
_TOKEN = re.compile(
    rb'(name="csrf_token" value=|content=|&#34;X-CSRFToken&#34;: ?&#34;|"X-CSRFToken": ?)"?[\w.=-]{40,}'
)


def masked(answer: TestResponse) -> bytes:
    """The body without them."""
    number = answer.headers.get("X-Request-Id", "").encode()
    data = answer.data.replace(number, b"") if number else answer.data
    return _TOKEN.sub(b"", _ONCE.sub(b"", data))
