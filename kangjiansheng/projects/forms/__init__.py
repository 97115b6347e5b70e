"""What people type about projects and milestones, and the sentences for what is refused."""

from kangjiansheng.projects.forms.refusals import REFUSALS

__all__ = ["REFUSALS"]
