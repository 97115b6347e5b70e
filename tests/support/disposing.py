"""Disposing of files without waiting for their periods."""

from datetime import timedelta

from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.files import FileRef
from kangjiansheng.overview.models import Disposal, DisposalFile
from tests.support.acting import who
from tests.support.acts import an_act


def dispose(*refs: FileRef) -> None:
    """Put files where the database lets them be disposed of: listed, and decided by a second person."""
    now, change = clock.now(), an_act(who("admin"))
    disposal = Disposal(
        kind="evidence", years=1, older_than=now, reason="", count=len(refs), size=0, life="done",
        proposed_by_id=who("admin").id, proposed_at=now + timedelta(seconds=1), decided_by_id=who("lead").id,
    )  # fmt: skip
    db.session.add(disposal)
    db.session.flush()
    for ref in refs:
        facts = {"name": ref.name, "size": ref.blob.size, "sha256": ref.blob.sha256, "brought_at": ref.at}
        row = DisposalFile(
            disposal_id=disposal.id, file_id=ref.id, place="", change_set_id=change.id, **facts
        )
        db.session.add(row)
    db.session.flush()
    for ref in refs:
        ref.disposed_at, ref.disposal_id = now, disposal.id
    db.session.flush()
