"""The components that are shipped, as CycloneDX: `./run lock` writes docs/components.json anew with `python -m
tests.components`. Versions and digests are those of the locks; the day of each release comes from the index."""

import json
import subprocess
import sys
import tempfile
import tomllib
from datetime import date, datetime
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "components.json"


def document() -> dict[str, Any]:
    """All components of requirements.lock and package-lock.json."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": f"{date.today()}T00:00:00Z",
            "component": {"type": "application", "name": "kangjiansheng"},
        },
        "components": sorted([*_python(), *_front_end()], key=lambda one: str(one["purl"])),
    }


def _python() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder) / "pylock.toml"
        command = (
            "pip compile --quiet --universal --python-version 3.11 --generate-hashes --format pylock.toml"
        )
        inputs = ["requirements.in", "-c", "requirements.lock", "-o", str(lock)]
        uv = Path(sys.executable).with_name("uv")
        subprocess.run([str(uv), *command.split(), *inputs], cwd=ROOT, check=True)
        packages = tomllib.loads(lock.read_text("utf-8"))["packages"]
    return [
        _component("pypi", one["name"], one["version"], _licence(one["name"]), _first(one))
        for one in packages
    ]


def _first(package: dict[str, Any]) -> date:
    files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
    day: datetime = min(file["upload-time"] for file in files)
    return day.date()


def _licence(name: str) -> str:
    """As the package says it; one for another kind of machine is not at hand."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return ""
    kinds = [one.rpartition(" :: ")[2] for one in said.get_all("Classifier") or [] if "License ::" in one]
    words = str(said.get("License-Expression") or ", ".join(kinds) or said.get("License") or "")
    return words.strip().partition("\n")[0]


def _front_end() -> list[dict[str, Any]]:
    locked = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    found = []
    for path, one in locked.items():
        if path:
            name = path.removeprefix("node_modules/")
            asked = ["npm", "view", f"{name}@{one['version']}", "time", "--json"]
            days = json.loads(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)
            day = date.fromisoformat(days[one["version"]][:10])
            found.append(_component("npm", name, one["version"], one.get("license", ""), day))
    return found


def _component(kind: str, name: str, version: str, licence: str, released: date) -> dict[str, Any]:
    return {
        "type": "library",
        "name": name,
        "version": version,
        "purl": f"pkg:{kind}/{name.replace('@', '%40')}@{version}",
        "licenses": [{"license": {"name": licence}}] if licence else [],
        "properties": [{"name": "kangjiansheng:released", "value": released.isoformat()}],
    }


if __name__ == "__main__":
    DOCUMENT.write_text(json.dumps(document(), indent=1, ensure_ascii=False) + "\n", "utf-8")
