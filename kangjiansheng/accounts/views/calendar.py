"""The working calendar: which years are known, and loading the State Council's list for one."""

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.wrappers import Response
from wtforms import StringField, TextAreaField

from kangjiansheng.accounts import policies
from kangjiansheng.core import clock, holidays, trail
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.audit import history
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.forms import Form, VersionField, at_most
from kangjiansheng.core.holiday_lists import spans, written
from kangjiansheng.core.holidays import HolidayYear, Year
from kangjiansheng.core.pages import page, saved
from kangjiansheng.core.text import whole
from kangjiansheng.core.workbooks.delimited import decode

bp = Blueprint("calendar", __name__)
LARGEST = 100_000  # bytes of a list; the longest notice has four thousand


class YearForm(Form):
    """The list of a year: pasted, or as a file."""

    days = TextAreaField(
        _l("节假日安排"),
        [at_most(8000)],
        description=_l(
            "粘贴国务院办公厅通知的正文，或每行一段日期，以休或班结尾，例如 2027-01-01..2027-01-03 休"
        ),
    )
    file = FileField(_l("或选择文件"), description=_l("文本或 CSV，每行的写法相同；选了文件就不看上面的文字"))
    source = StringField(_l("出处"), [at_most(200)], description=_l("通知的名称或文号"))
    version = VersionField()

    def text(self) -> str:
        """What is to be read: the file where there is one, else what was pasted."""
        if not self.file.data or not self.file.data.filename:
            return self.days.data or ""
        data = self.file.data.read(LARGEST + 1)
        if len(data) > LARGEST or b"\0" in data:
            raise RuleBroken("accounts:holidays-file", "file")
        return decode(data)[0]

    def stored(self, thing: HolidayYear) -> "YearForm":
        """What somebody else has loaded meanwhile."""
        return YearForm(
            formdata=None,
            days=written(*(map(holidays.day, days) for days in (thing.holidays, thing.workdays))),
            source=thing.source,
        )


@bp.get("/admin/calendar")
@on(may=policies.administer)
def calendar() -> Response:
    """The years whose holidays are known."""
    known = holidays.years()
    return page(
        "admin/calendar.html",
        years=known,
        spans=spans,
        next=max((year.year for year in known if year.known), default=clock.today().year) + 1,
    )


@bp.route("/admin/calendar/<int:number>", methods=["GET", "POST"])
@on(load=holidays.year, may=policies.administer)
def calendar_year(thing: Year) -> Response:
    """The list of one year, to be loaded or corrected."""
    number = thing.year
    if request.method == "POST":
        form = YearForm()
    else:
        source = thing.row.source if thing.row else ""
        form = YearForm(days=written(thing.holidays, thing.workdays), source=source, version=thing.version)
    done = form.attempt(
        lambda: holidays.load(
            thing, form.text(), source=form.source.data or "", actor=actor(), version=form.version.data
        )
    )
    if done:
        undo = url_for(".undo_calendar", number=number, version=done.version)
        return saved(url_for(".calendar"), _("%(year)s 年的安排已载入，立即生效", year=number), undo=undo)
    return _year_page(afresh(thing), form.status, form)


def _year_page(thing: Year, status: int, form: YearForm) -> Response:
    return page(
        "admin/calendar_year.html",
        status,
        thing=thing,
        form=form,
        entries=trail.described(history("holiday", thing.row.id, 20)) if thing.row else [],
    )


@bp.post("/admin/calendar/<int:number>/undo")
@on(load=holidays.year, may=policies.administer)
def undo_calendar(thing: Year) -> Response:
    """Take back what was loaded last for a year."""
    form = YearForm()
    version = request.args.get("version", type=whole) or form.version.data
    if form.attempt(lambda: holidays.undo(thing, actor=actor(), version=version)):
        return saved(url_for(".calendar"), _("已撤销，立即生效"))
    again = afresh(thing)
    shown = YearForm(
        formdata=None,
        days=written(again.holidays, again.workdays),
        source=again.row.source if again.row else "",
        version=again.version,
    )
    shown.refusal = form.refusal
    shown.conflict = form.conflict
    return _year_page(again, form.status, shown)
