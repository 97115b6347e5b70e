"""What a process reads when it starts: names, no seconds. What few pages use is read when they are used."""

import json
import subprocess
import sys

# Libraries for one kind of file, one way of signing in, or for people who build and test.
RARE = [
    "alembic",
    "brotli",
    "cryptography",
    "defusedxml",
    "docx",
    "email_validator",
    "gunicorn",
    "jwt",
    "lxml",
    "opencc",
    "PIL",
    "plotly",
    "pptx",
    "psycopg",
    "pypinyin",
    "typst",
    "webauthn",
    "xlsxwriter",
]
SAY = """
import json, sys
from kangjiansheng import cli
first = [name for name in ("flask", "sqlalchemy", "numpy", "jinja2") if name in sys.modules]
import kangjiansheng.app
print(json.dumps([first, sorted(sys.modules)]))
"""


def test_rare_libraries_are_read_when_they_are_used() -> None:
    done = subprocess.run([sys.executable, "-c", SAY], capture_output=True, text=True, check=True)
    first, read = json.loads(done.stdout)
    assert first == []  # `kangjiansheng --help` needs nothing of the pages
    assert [name for name in RARE if name in read] == []
