"""What the command line does with projects."""

from kangjiansheng.projects.commands.portfolio import import_portfolio
from kangjiansheng.projects.commands.trials import import_trial

__all__ = ["import_portfolio", "import_trial"]
