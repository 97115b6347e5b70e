"""`python -m tests.statements [--run | --run-new]`."""

import sys

from tests.statements import table

if sys.argv[1:] in (["--run"], ["--run-new"]):
    table.run(new_only="--run-new" in sys.argv)
table.DOCUMENT.write_text(table.document(), "utf-8")
table.OF_FAULTS.write_text(table.of_faults(), "utf-8")
