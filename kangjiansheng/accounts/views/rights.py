"""Who holds which rights on a day, whether the three administrators are apart, and that somebody looked it through."""

from collections import Counter
from datetime import date

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts import policies, queries
from kangjiansheng.accounts.forms.rights import ReviewForm, RightsRuleForm
from kangjiansheng.accounts.operations import rights as operations
from kangjiansheng.accounts.queries import rights as found
from kangjiansheng.accounts.rules import ROLE_NAMES
from kangjiansheng.accounts.rules.rights import KINDS, THREE
from kangjiansheng.accounts.views import admin
from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.pages import page, saved, with_args
from kangjiansheng.core.paging import cut


@admin.bp.get("/admin/rights")
@on(may=policies.see_rights)
def rights() -> Response:
    """System roles, offices and leads as of a day."""
    return _page()


@admin.bp.post("/admin/rights")
@on(may=policies.secure)
def set_rights_rule() -> Response:
    """Keep the three administrators apart, or not; how often rights are looked through."""
    form = RightsRuleForm()

    def act() -> None:
        operations.set_rule(
            actor=actor(),
            version=form.version.data,
            separate=form.separate.data,
            review_every=form.review_every.data or 0,
        )

    if form.attempt(act):
        return saved(url_for(".rights"), _("权限规定已保存"))
    return _page(rule_form=form, status=form.status)


@admin.bp.post("/admin/rights/review")
@on(may=policies.secure)
def review_rights() -> Response:
    """Record that the rights of a day were looked through."""
    form = ReviewForm()
    day = _day(form.day.data)
    if form.attempt(lambda: operations.review(actor=actor(), day=day, remark=form.remark.data or "")):
        return saved(url_for(".rights"), _("复核已记录"))
    return _page(review_form=form, day=day, status=form.status)


def _day(typed: str | None) -> date:
    """The day that is asked for; today when it is none, or has not come yet."""
    try:
        return min(date.fromisoformat(typed or ""), clock.today())
    except ValueError:
        return clock.today()


def _page(
    *,
    rule_form: RightsRuleForm | None = None,
    review_form: ReviewForm | None = None,
    day: date | None = None,
    status: int = 200,
) -> Response:
    day, only = day or _day(request.args.get("day")), request.args.get("kind", "")
    rule, held, last = found.rule(), found.held_on(day), found.reviews()
    people = queries.names({one.person_id for one in held})
    held.sort(key=lambda one: people[one.person_id].code)
    counts, shown = Counter(one.kind for one in held), [one for one in held if only in ("", one.kind)]
    return page(
        "admin/rights.html",
        status,
        rule=rule,
        three=[(ROLE_NAMES[role], people) for role, people in found.holders().items() if role in THREE],
        due=found.review_is_due(),
        reviews=last,
        rows=cut(shown, request.args.get("page")),
        people=people,
        kinds=KINDS,
        chips=[
            (word, with_args(kind=key or None, page=None), only == key, count)
            for key, word, count in (
                ("", _("全部"), len(held)),
                *((key, word, counts[key]) for key, word in KINDS.items() if counts[key]),
            )
        ],
        day=day,
        only=only,
        rule_form=rule_form or RightsRuleForm(formdata=None, obj=rule),
        review_form=review_form or ReviewForm(formdata=None),
        page_url=lambda number: with_args(page=number),
        illustrative=any(person.illustrative for person in people.values()),
    )
