"""The day on which all tests are run, whatever the machine's calendar says: the demonstration's dates pass.

The clock runs on from there. Processes that a test starts are taken along by `travelling/sitecustomize.py`.
"""

import os
import time
from datetime import datetime
from pathlib import Path

import time_machine

NOON = datetime.fromisoformat("2026-11-23T12:00:00+08:00")
_CARRIER = Path(__file__).with_name("travelling")

if "KJS_TEST_SHIFT" not in os.environ:  # else this process was started by one that has travelled
    shift = NOON.timestamp() - time.time()
    os.environ["KJS_TEST_SHIFT"] = str(shift)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(_CARRIER), os.environ.get("PYTHONPATH")]))
    time_machine.travel(time.time() + shift, tick=True).start()
