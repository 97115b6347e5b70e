"""The founding facts, as they stand in the package."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).parent.parent / "reference"


@cache
def reference(name: str) -> list[dict[str, Any]]:
    """The founding facts as they stand in the package: `institutions` or `agreements`."""
    found: list[dict[str, Any]] = json.loads((REFERENCE / f"{name}.json").read_text("utf-8"))
    return found


@cache
def reference_texts() -> Mapping[str, Mapping[str, str]]:
    """Every text of the founding facts by its Simplified form, so that it can be shown in each script."""
    found: dict[str, Mapping[str, str]] = {}

    def collect(node: Any) -> None:
        if isinstance(node, dict) and {"hans", "hant", "en"} <= node.keys():
            found[node["hans"]] = node
        for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            collect(child)

    collect(reference("institutions"))
    collect(reference("agreements"))
    return found
