"""Forecasts that admit what they do not know: what our own ledger says of our own promises.

In order: `book` is the ledger as arrays, `graph` carries dates along the dependencies, `history` measures how much
later than its predecessors let it each milestone came, `chances` makes distributions of that, `runs` plays the open
plans through, `record` holds past forecasts against what came.

Days are ordinals (`date.toordinal`) in whole numbers; MISSING stands for no day, NEVER for later than anything seen.
"""
