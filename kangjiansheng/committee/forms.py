"""What people type here, and the sentences for what is refused."""

from typing import Any

REFUSALS: dict[str, Any] = {}
