"""How a person is reminded, and that it has happened today."""

from collections.abc import Sequence
from datetime import date

from kangjiansheng.accounts import queries, rules
from kangjiansheng.accounts.models import Digest, NotificationSetting, Person
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db, expect


def set_reminders(
    person: Person,
    *,
    actor: Actor,
    version: int | None,
    kinds: Sequence[str],
    days_before: str,
    hour: int,
    quiet_from: int,
    quiet_to: int,
    channel: str,
) -> NotificationSetting:
    """Keep how somebody wants to be reminded; `days_before` as typed, hours in Asia/Shanghai."""
    setting = queries.setting_of(person.id)
    if setting.version:
        expect(setting, version)
    rules.check_reminders(kinds, channel)
    days = rules.read_days(days_before)
    rules.check_hours(hour, quiet_from, quiet_to)
    before = setting.state()
    setting.kinds, setting.days_before, setting.hour = list(kinds), days, hour
    setting.quiet_from, setting.quiet_to, setting.channel = quiet_from, quiet_to, channel
    if setting.version == 0:
        setting.version = 1
        db.session.add(setting)
        db.session.flush()
        record("accounts:notices:edit", setting, actor=actor, before={})
    else:
        record("accounts:notices:edit", setting, actor=actor, before=before)
    return setting


def note_digest(person: Person, day: date, things: int) -> None:
    """Remember that a person's reminders of a day are made; the database takes it once."""
    db.session.add(Digest(person_id=person.id, day=day, things=things))
    db.session.flush()
