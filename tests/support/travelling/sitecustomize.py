"""Read by each Python that the tests start, so that servers and commands live on the tests' day, too."""

import os
import time

import time_machine

time_machine.travel(time.time() + float(os.environ["KJS_TEST_SHIFT"]), tick=True).start()
