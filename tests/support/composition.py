"""What deploy/compose.yaml gives to each of its services, read from the file itself. It needs no more of YAML than names,
values and one anchor."""

import re
from collections.abc import Mapping
from pathlib import Path

FILE = Path(__file__).parents[2] / "deploy" / "compose.yaml"
_SETTING = re.compile(r"^ +(KJS_[A-Z_]+): (.+)$", re.M)
_ASKED = re.compile(r"\$\{([A-Z_]+)(:[-?])([^}]*)\}")


def environment(service: str, given: Mapping[str, str]) -> dict[str, str]:
    """The environment of a service with what the file of secrets gives. KeyError names what has to be given."""
    text = FILE.read_text("utf-8")
    shared, services = text.split("\nservices:\n")
    own = re.search(rf"^  {service}:.*?(?=^  \S|\Z)", services, re.M | re.S)
    if own is None:
        raise LookupError(f"the composition has no {service}")
    found = dict(_SETTING.findall(shared)) | dict(_SETTING.findall(own[0]))
    return {name: _ASKED.sub(lambda asked: _given(asked, given), value) for name, value in found.items()}


def _given(asked: re.Match[str], given: Mapping[str, str]) -> str:
    name, how, otherwise = asked.groups()
    if how == ":?" and not given.get(name):
        raise KeyError(name)
    return given.get(name) or otherwise
