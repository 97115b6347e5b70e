"""`python -m tests.statements [--run]`."""

import sys

from tests.statements import table

if "--run" in sys.argv[1:]:
    table.run()
table.DOCUMENT.write_text(table.document(), "utf-8")
