"""Statements that PostgreSQL has planned stay planned from one request to the next.

Planning a statement that says who may see what takes longer than running it. psycopg prepares what a connection runs
for the sixth time, and forgets all of it at each rollback: the transaction may have made the tables that it names. Ours
makes none, and every request that reads ends in a rollback.
"""

from typing import Any

from psycopg._preparing import PrepareManager


class Kept(PrepareManager):
    """What is prepared on a connection, for as long as the connection lives. The oldest goes when there are a hundred."""

    def clear(self) -> bool:
        """Forget nothing: what the server has prepared outlives a rollback."""
        return False


def keep(connection: Any, _record: Any) -> None:
    """Of a connection that has just been made."""
    connection._prepared = Kept()
