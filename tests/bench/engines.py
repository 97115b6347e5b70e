"""The engine over which a bench measures: SQLite in the processes that are measured, or a PostgreSQL of the bench's own, of
which the CPU of its processes counts too."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.bench import sizes
from tests.bench.load import family
from tests.bench.sizes import Place
from tests.support.postgres import Cluster, running

# As durable as an installation, with the room that a small server would give it. What it tidies up by itself, at moments
# of its own, would count for whatever page is asked then.
SETTINGS = "max_connections=100 shared_buffers=512MB max_wal_size=4GB autovacuum=off"


class Sqlite:
    """Files beside the product."""

    name = "SQLite"

    def __init__(self, made: Path) -> None:
        self.made = made

    def place(self, size: str, of: str = "product") -> Place:
        """An instance of its own over filled rows."""
        return sizes.copy(size, self.made / of)

    def spent(self) -> float:
        """Seconds of CPU in other processes."""
        return 0.0


class Postgresql:
    """A server of the bench's own; each size is filled once in a run, and copied by the server."""

    def __init__(self, made: Path, cluster: Cluster) -> None:
        self.made, self.cluster = made, cluster
        self._filled: set[str] = set()
        self._spent: dict[int, int] = {}
        self._numbers = itertools.count(1)
        self._first = int((cluster.folder / "data" / "postmaster.pid").read_text().split()[0])
        self.name = f"PostgreSQL {(cluster.folder / 'data' / 'PG_VERSION').read_text().strip()}"

    def place(self, size: str, of: str = "product") -> Place:
        """An instance of its own over filled rows."""
        if size not in self._filled:
            self.cluster.run(f"CREATE DATABASE {size}_kept TEMPLATE template0")
            sizes.fill(self._at(size, f"{size}_kept", "filling"), size)
            self._analyse(f"{size}_kept")
            self._filled.add(size)
        name = f"{size}_{next(self._numbers)}"
        self.cluster.run(f"CREATE DATABASE {name} TEMPLATE {size}_kept")
        return self._at(size, name, of)

    def spent(self) -> float:
        """Seconds of CPU of the server's processes, those that have ended with what was last known of them."""
        for pid in family(self._first):
            with suppress(OSError):  # it has ended meanwhile
                self._spent[pid] = int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
        return sum(self._spent.values()) / 1e9

    def _at(self, size: str, database: str, of: str) -> Place:
        folder = self.made / of / size
        folder.mkdir(parents=True)
        return Place(folder, self.cluster.url(database))

    def _analyse(self, database: str) -> None:
        """What the server does by itself in time: the statistics by which it plans."""
        engine = create_engine(self.cluster.url(database), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))
        engine.dispose()


Engine = Sqlite | Postgresql
WORDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@contextmanager
def started(name: str, made: Path) -> Iterator[Engine]:
    """The engine of that name; what it made goes with it."""
    if name == "sqlite":
        yield Sqlite(made)
        return
    with running(SETTINGS) as cluster:
        yield Postgresql(made, cluster)
