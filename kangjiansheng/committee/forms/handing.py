"""To whom a secretary hands her office."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from kangjiansheng.core.forms import Form


class OfficeForm(Form):
    """The successor. Nobody is chosen before one chooses."""

    successor_id = SelectField(_l("接手人"), coerce=int, validate_choice=False)
