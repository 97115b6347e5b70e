"""The catalogue of acts on projects and milestones."""

from typing import Any

ACTS: dict[str, Any] = {}
