"""What is handed over, and to whom."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput

from kangjiansheng.core.forms import Form, required


class HandingForm(Form):
    """Things by their keys, and the successor."""

    things = SelectMultipleField(_l("交接哪些"), [required()], option_widget=CheckboxInput())
    successor_id = SelectField(_l("接手人"), coerce=int)


class StopForm(Form):
    """What happens to that for which somebody answers whose account is stopped: nothing is chosen before one chooses."""

    way = RadioField(
        _l("这些事项怎么办"),
        choices=[("give", _l("全部交接给下面的人")), ("leave", _l("不交接，留在此人名下"))],
        validate_choice=False,
    )
    successor_id = SelectField(_l("接手人"), coerce=int, validate_choice=False)
