"""What the trail counts to a project on this floor: what it costs and may earn."""

from kangjiansheng.core.belonging import by
from kangjiansheng.overview.models import ProjectValue

PARTS = {"project": by(ProjectValue.project_id)}
