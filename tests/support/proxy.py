"""A proxy of our own between the application and PostgreSQL: it can cut the line at the worst moment."""

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Proxy:
    """Listens on loopback and speaks to the server's socket. `lose_commit` cuts the next line on which a COMMIT was
    answered, before the answer gets through; `refuse` takes no new line."""

    def __init__(self, server: Path) -> None:
        self.server, self.lose_commit, self.refuse, self.lost = server, False, False, 0
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listening.getsockname()[1])

    def serve(self) -> None:
        """Take lines until the listening socket is closed."""
        while True:
            try:
                client, _address = self.listening.accept()
            except OSError:
                return
            if self.refuse:
                client.close()
                continue
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server, selectors.DefaultSelector() as ready:
            server.connect(str(self.server))
            ready.register(client, selectors.EVENT_READ, server)
            ready.register(server, selectors.EVENT_READ, client)
            committing = False
            while True:
                for key, _events in ready.select():
                    data = key.fileobj.recv(65536)  # type: ignore[union-attr]
                    if not data:
                        return
                    if key.fileobj is client:
                        committing = self.lose_commit and b"COMMIT" in data
                    elif committing:
                        self.lose_commit, self.lost = False, self.lost + 1
                        return
                    key.data.sendall(data)


@contextmanager
def between(folder: Path) -> Iterator[Proxy]:
    """A proxy before the server whose socket lies in a folder."""
    proxy = Proxy(folder / ".s.PGSQL.5432")
    thread = threading.Thread(target=proxy.serve, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.listening.shutdown(socket.SHUT_RDWR)
        proxy.listening.close()
        thread.join(5)
