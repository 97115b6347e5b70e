"""What is handed over, and to whom."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput

from kangjiansheng.core.forms import Form, required


class HandingForm(Form):
    """Things by their keys, and the successor."""

    things = SelectMultipleField(_l("交接哪些"), [required()], option_widget=CheckboxInput())
    successor_id = SelectField(_l("接手人"), coerce=int)
