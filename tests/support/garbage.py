"""The collector of garbage looks seldom: what a process of the tests holds mostly lives to its end.

Applications, templates and compiled statements are some millions of objects, which each full look goes through again.
"""

import gc

gc.set_threshold(50_000, 20, 100)
