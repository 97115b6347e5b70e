"""The environments of the tools: each in a folder of its own under .build, with hashes, none of the product's."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.scanners import cage

HERE = Path(__file__).parent
LOCKS = HERE / "locks"
UV = Path(sys.executable).with_name("uv")


def prepare(tool: str) -> None:
    """Put a tool into its folder, unless it is there as its lock says."""
    if tool == "vnu":
        _prepare_vnu()
        return
    lock, home = LOCKS / f"{tool}.lock", cage.HOME / tool
    if _stamped(home, lock):
        return
    print(f"Putting {tool} into .build/scanners", flush=True)
    shutil.rmtree(home, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    environment = {**os.environ, "VIRTUAL_ENV": str(home)}
    subprocess.run([str(UV), "pip", "sync", "-q", "--require-hashes", str(lock)], check=True, env=environment)
    _stamp(home, lock)


def _prepare_vnu() -> None:
    """The checker of the W3C, from npm; it runs on Java 17 or newer, which the machine must have."""
    if shutil.which("java") is None:
        sys.exit("vnu needs Java (on Debian: apt-get install default-jre-headless)")
    lock, home = LOCKS / "package-lock.json", cage.HOME / "vnu"
    if _stamped(home, lock):
        return
    print("Putting vnu into .build/scanners", flush=True)
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    for file in (LOCKS / "package.json", lock, cage.ROOT / ".npmrc"):
        shutil.copy(file, home)
    # The build has put npm there where the machine has none.
    path = os.pathsep.join([os.environ["PATH"], str(cage.ROOT / ".build" / "node" / "bin")])
    npm = shutil.which("npm", path=path)
    assert npm is not None
    command = [npm, "ci", "--no-audit", "--no-fund"]
    subprocess.run(command, check=True, cwd=home, env={**os.environ, "PATH": path})
    _stamp(home, lock)


def lock(tool: str, package: str) -> None:
    """Write the lock of a tool anew, with the newest versions."""
    command = [str(UV), "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--upgrade"]
    command += ["--generate-hashes", "--no-annotate", "--no-header", "-", "-o", str(LOCKS / f"{tool}.lock")]
    subprocess.run(command, check=True, input=package, text=True)


def version(tool: str) -> str:
    """The version of a tool, as its lock names it."""
    if tool == "vnu":
        import json

        return str(json.loads((LOCKS / "package.json").read_text("utf-8"))["dependencies"]["vnu-jar"])
    python = cage.HOME / tool / "bin" / "python"
    name = "wapiti3" if tool == "wapiti" else tool
    asked = f"from importlib.metadata import version; print(version('{name}'))"
    return subprocess.run(
        [str(python), "-c", asked], check=True, capture_output=True, text=True
    ).stdout.strip()


def _key(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def _stamped(home: Path, lock: Path) -> bool:
    stamp = home / "stamp"
    return stamp.is_file() and stamp.read_text("utf-8") == _key(lock)


def _stamp(home: Path, lock: Path) -> None:
    (home / "stamp").write_text(_key(lock), "utf-8")
