"""Pages about people: signing in, one's own account, administration, the audit trail, the first run."""

from kangjiansheng.accounts.views import (
    account,
    admin,
    audit,
    calendar,
    copies,
    factors,  # noqa: F401 - likewise
    failures,  # noqa: F401 - likewise
    first_run,
    mails,
    policy,  # noqa: F401 - likewise
    privacy,  # noqa: F401 - likewise
    rights,  # noqa: F401 - likewise
    robots,
    roles,
    sign_in,
    sso,  # noqa: F401 - likewise
    tokens,  # noqa: F401 - its pages stand among one's own account and the administration
    webhooks,
    work,
)

blueprints = (
    sign_in.bp,
    account.bp,
    admin.bp,
    calendar.bp,
    roles.bp,
    mails.bp,
    work.bp,
    robots.bp,
    webhooks.bp,
    copies.bp,
    audit.bp,
    first_run.bp,
)
