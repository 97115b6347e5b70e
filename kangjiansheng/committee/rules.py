"""What is true of this feature, and its catalogue of acts."""

from typing import Any

ACTS: dict[str, Any] = {}
