"""Faults planted at random in what protects people, to see whether the tests notice. Not a test of its own: it takes
an hour. `python -m tests.mutants --seed N` plants ten and says which test caught which."""
