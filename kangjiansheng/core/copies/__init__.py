"""Copies of an installation that no engine owns: every row as canonical JSON, every stored file, and what ties them.

A copy is a ZIP archive: `manifest.json`, `tables/<name>.jsonl` (one row a line, by key), `files/<sha256>`. The same
data have the same digest on SQLite and on PostgreSQL, so a copy moves an installation from one to the other. With a
key the whole archive is encrypted (`sealing`).
"""


class NotCopied(Exception):
    """A copy that cannot be made or put back; the text says why, in one line."""
