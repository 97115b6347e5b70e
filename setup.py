"""The build: message catalogues and front-end assets. Metadata and the tools' settings: pyproject.toml.

`python setup.py catalogues` compiles every messages.po into the messages.mo beside it.
`python setup.py assets` gathers the front end into kangjiansheng/core/static: the third-party files of
THIRD_PARTY, out of the npm packages that package-lock.json pins, and our own from core/static_src.
Both do only what is out of date, and every build and editable install runs them first. Of Bootstrap's style sheet
the rules stay whose classes our own files write; the sheets of every page (EVERY_PAGE) are served as one. Of the faces
what no style sheet asks for is left out.

A file `css/kjs.css` is served as `css/kjs.<12 hex digits of its SHA-256>.css`, so that it may be cached for
ever; `manifest.json` gives the served name of each. Text has a .br and a .gz beside it.
KJS_BROTLI sets the brotli level: 9 unless told otherwise, 11 for a release (a tenth smaller, twenty times
slower).
"""

import contextlib
import fcntl
import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from setuptools import Command, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
PACKAGE = ROOT / "kangjiansheng"
SOURCE = PACKAGE / "core" / "static_src"
STATIC = PACKAGE / "core" / "static"
CACHE = ROOT / ".build"
A_WEEK = 7 * 24 * 3600

THIRD_PARTY = {
    "css/bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "js/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "js/plotly.min.js": "plotly.js-cartesian-dist-min/plotly-cartesian.min.js",
    "fonts/kj-latin.woff2": "@fontsource-variable/ibm-plex-sans/files/ibm-plex-sans-latin-wght-normal.woff2",
    "fonts/kj-serif.woff2": "@fontsource/ibm-plex-serif/files/ibm-plex-serif-latin-600-normal.woff2",
    "licences/bootstrap.txt": "bootstrap/LICENSE",
    "licences/htmx.txt": "htmx.org/LICENSE",
    "licences/plotly.txt": "plotly.js-cartesian-dist-min/LICENSE",
    "licences/ibm-plex-sans.txt": "@fontsource-variable/ibm-plex-sans/LICENSE",
    "licences/ibm-plex-serif.txt": "@fontsource/ibm-plex-serif/LICENSE",
}
BOOTSTRAP = "css/bootstrap.min.css"
EVERY_PAGE = "css/kjs-all.css"
GATHERED = (BOOTSTRAP, *(f"css/kjs{part}.css" for part in ("-tokens", "", "-pages", "-product")))
TEXT = {".css", ".js", ".svg", ".json", ".txt", ".xml", ".html", ".webmanifest", ".map"}
CSS_URL = re.compile(rb"""url\(\s*(["']?)(?!data:|https?:|//|\#|%23)([^"')]+?)\1\s*\)""")
RULE = re.compile(r"([^{}]+)\{((?:[^{}]|\{[^{}]*\})*)\}")
CLASS = re.compile(r"\.([a-z][\w-]*)")
WITHOUT = re.compile(r":not\([^()]*\)")
# The beginning of a name that a template or script finishes: "col-" ~ width.
BEGUN = re.compile(r"""(?<![\w-])([a-z][\w-]*-)(?=["']\s*[~+]|\{\{|\$?\{[a-z])""")
# Comments that fill lines of our own files, and their indentation: for who reads the source, not for the wire.
FOR_READERS = re.compile(rb"(?m)^[ \t]*/\*(?:[^*]|\*(?!/))*\*/[ \t]*\n|^[ \t]*//.*\n|^[ \t]+")
# Of the faces; shapes that only other features use are left out.
FEATURES = ["ccmp", "kern", "liga", "locl", "mark"]
SOURCE_MAP = re.compile(rb"\n?(?://# sourceMappingURL=\S+|/\*# sourceMappingURL=\S+ \*/)\s*$")


class BuildProblem(SystemExit):
    """The build cannot go on; the text says what is missing and what would help."""


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two builds in one work tree wait for each other."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def write(path: Path, content: bytes) -> None:
    """Write whole or not at all, so that a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    with os.fdopen(handle, "wb") as out:
        out.write(content)
    os.chmod(name, 0o644)
    os.replace(name, path)


# Message catalogues


def compile_catalogues() -> int:
    """Compile what is older than its source; return how many were compiled."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    count = 0
    for po in sorted(PACKAGE.glob("*/translations/*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime_ns > po.stat().st_mtime_ns:
            continue
        with po.open("rb") as source:
            catalogue = read_po(source, locale=po.parts[-3], abort_invalid=True)
        handle, name = tempfile.mkstemp(dir=mo.parent, prefix=".new-")
        with os.fdopen(handle, "wb") as out:
            write_mo(out, catalogue)
        os.chmod(name, 0o644)
        os.replace(name, mo)
        count += 1
    return count


# Front-end assets


def npm_command() -> tuple[list[str], dict[str, str]]:
    """The machine's npm, else one from a Python package, kept in the build folder; and its environment."""
    found = os.environ.get("KJS_NPM") or shutil.which("npm")
    if found and shutil.which("node"):
        return [found], dict(os.environ)
    home = CACHE / "node"
    npm = home / "bin" / "npm"
    if not npm.exists():
        print("There is no npm: putting one into the build folder (needed only to build).", flush=True)
        shutil.rmtree(home, ignore_errors=True)
        venv.create(home, with_pip=True)
        asked = ["install", "-q", "--require-hashes", "-r", str(ROOT / "requirements-node.lock")]
        subprocess.run([str(home / "bin" / "python"), "-m", "pip", *asked], check=True)
    return [str(npm)], {**os.environ, "PATH": f"{npm.parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def third_party() -> Path:
    """The folder node_modules for the present lock; fetched once, then used without a network."""
    names = ("package.json", "package-lock.json", ".npmrc")
    key = hashlib.sha256(b"\0".join((ROOT / name).read_bytes() for name in names)).hexdigest()[:16]
    home = CACHE / "npm" / key
    if not home.exists():
        home.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=home.parent, prefix=".new-"))
        try:
            for name in names:
                shutil.copy(ROOT / name, fresh)
            command, environment = npm_command()
            subprocess.run(
                [*command, "ci", "--no-audit", "--no-fund", "--loglevel=error"],
                check=True,
                cwd=fresh,
                env=environment,
                stdin=subprocess.DEVNULL,
            )
            fresh.chmod(0o755)
            fresh.rename(home)
        except (OSError, subprocess.CalledProcessError) as problem:
            shutil.rmtree(fresh, ignore_errors=True)
            raise BuildProblem(
                f"The front-end packages could not be fetched ({problem}). The first build needs npm's "
                "registry, and PyPI when the machine has no npm; later builds need neither."
            ) from None
    return home / "node_modules"


def gather() -> dict[str, Path]:
    """Logical name → the file that it is made from."""
    modules = third_party()
    found = {name: modules / path for name, path in THIRD_PARTY.items()}
    for name, path in found.items():
        if not path.is_file():
            raise BuildProblem(f"{path.relative_to(modules)}, wanted as {name}, is not in its package.")
    if SOURCE.is_dir():
        for path in sorted(SOURCE.rglob("*")):
            name = path.relative_to(SOURCE).as_posix()
            if path.is_file() and not any(part.startswith(".") for part in name.split("/")):
                if name in found:
                    raise BuildProblem(f"static_src/{name} has the name of a third-party file.")
                found[name] = path
    return found


def words_of_ours() -> tuple[set[str], tuple[str, ...]]:
    """All words of our templates, scripts and modules, among which are the classes of all elements, and what names begin
    with that are put together."""
    words: set[str] = set()
    begun: set[str] = set()
    for path in PACKAGE.rglob("*"):
        if path.suffix in {".html", ".svg", ".js", ".py"} and not path.is_relative_to(STATIC):
            text = path.read_text("utf-8")
            words.update(re.findall(r"[\w-]+", text))
            begun.update(BEGUN.findall(text))
    return words, tuple(begun)


def only_used(sheet: str, words: set[str], begun: tuple[str, ...]) -> str:
    """A minified style sheet without the rules for classes that no element of ours can have."""

    def can_match(selector: str) -> bool:
        classes = CLASS.findall(WITHOUT.sub("", selector))
        return all(name in words or name.startswith(begun) for name in classes)

    def kept(found: re.Match[str]) -> str:
        head, body = found.groups()
        if head.startswith("@"):
            body = RULE.sub(kept, body) if head.startswith("@media") else body
        else:
            head = ",".join(filter(can_match, head.split(",")))
        return f"{head}{{{body}}}" if head and body else ""

    return RULE.sub(kept, sheet)


def slimmed(face: bytes) -> bytes:
    """A face without the features that no style sheet asks for, such as fractions, and the shapes that only they use. Its
    characters, weights and hints stay. What was changed may not bear a reserved name, so that it is called otherwise."""
    from fontTools import subset, ttLib, version

    kept = CACHE / "faces" / hashlib.sha256(face + f"{version} {FEATURES}".encode()).hexdigest()[:16]
    if not kept.exists():
        font = ttLib.TTFont(io.BytesIO(face), recalcTimestamp=False)
        asked = subset.Options(name_IDs=["*"], layout_features=FEATURES)
        cut = subset.Subsetter(asked)
        cut.populate(unicodes=font.getBestCmap())
        cut.subset(font)
        for entry in font["name"].names:
            if entry.nameID != 0:  # whose it is, which the licence wants to be kept
                entry.string = re.sub("(IBM )?Plex", "KJ", entry.toUnicode())
        font.flavor = "woff2"
        made = io.BytesIO()
        font.save(made)
        write(kept, made.getvalue())
    return kept.read_bytes()


class Assets:
    """One run over all files; a style sheet is finished after the files that it names."""

    def __init__(self, files: dict[str, Path]) -> None:
        self.files = files
        self.served: dict[str, str] = {}
        self.content: dict[str, bytes] = {}
        self.under_way: list[str] = []

    def finish(self, name: str) -> str:
        """Return the served name of the file, reading it and what it refers to when that is not done yet."""
        if name in self.served:
            return self.served[name]
        if name in self.under_way:
            raise BuildProblem(
                f"Style sheets name each other in a circle: {' → '.join([*self.under_way, name])}"
            )
        self.under_way.append(name)
        path, content = Path(name), b"".join(map(self.read, GATHERED if name == EVERY_PAGE else (name,)))
        if name.endswith(".css"):
            content = CSS_URL.sub(lambda match: self.address(name, match), content)
        self.under_way.pop()
        digest = hashlib.sha256(content).hexdigest()[:12]
        self.content[name] = content
        self.served[name] = path.with_name(f"{path.stem}.{digest}{path.suffix}").as_posix()
        return self.served[name]

    def read(self, name: str) -> bytes:
        """A source as it is served, but for the names in it."""
        content = self.files[name].read_bytes()
        if name.endswith((".css", ".js")):  # maps are not served, and a browser would ask for them
            content = SOURCE_MAP.sub(b"\n", content)
        if Path(name).name.startswith("kjs") and name.endswith((".css", ".js")):
            content = FOR_READERS.sub(b"", content)
        if name.endswith(".woff2"):
            content = slimmed(content)
        if name == BOOTSTRAP:
            content = only_used(content.decode(), *words_of_ours()).encode()
        return content

    def address(self, sheet: str, match: re.Match[bytes]) -> bytes:
        """A url(...) of a style sheet, with the served name in place of the logical one."""
        text = match[2].decode()
        target, mark, rest = re.match(r"([^?#]*)([?#]?)(.*)", text, re.DOTALL).groups()
        folder = os.path.dirname(sheet)
        name = os.path.normpath(os.path.join(folder, target)).replace(os.sep, "/")
        if name not in self.files:
            raise BuildProblem(f"{sheet} names {text}, which is not among the assets.")
        return f"url({os.path.relpath(self.finish(name), folder)}{mark}{rest})".encode()


def build_assets() -> int:
    """Bring the static folder up to date; return how many files were written."""
    import brotli

    level = os.environ.get("KJS_BROTLI", "9")
    if not level.isdigit() or int(level) > 11:
        raise BuildProblem(f"KJS_BROTLI must be a number from 0 to 11, not {level!r}.")
    assets = Assets(gather())
    for name in (EVERY_PAGE, *assets.files):
        if name not in GATHERED:
            assets.finish(name)
    count, keep = 0, {"manifest.json"}
    for name, served in assets.served.items():
        content, path = assets.content[name], STATIC / served
        keep.add(served)
        if not path.exists():
            write(path, content)
            count += 1
        if path.suffix not in TEXT:
            continue
        keep |= {f"{served}.br", f"{served}.gz"}
        if "KJS_BROTLI" in os.environ or not Path(f"{path}.br").exists():
            write(Path(f"{path}.br"), brotli.compress(content, quality=int(level)))
        if not Path(f"{path}.gz").exists():
            write(Path(f"{path}.gz"), gzip.compress(content, 9, mtime=0))
    manifest = (json.dumps(assets.served, indent=1, sort_keys=True) + "\n").encode()
    path = STATIC / "manifest.json"
    if not path.exists() or path.read_bytes() != manifest:
        write(path, manifest)
    for path in STATIC.rglob("*"):
        # A server that is running, and pages that are open, still ask for the names they were made with.
        is_old = path.is_file() and time.time() - path.stat().st_mtime > A_WEEK
        if is_old and path.relative_to(STATIC).as_posix() not in keep:
            path.unlink()
    return count


# Commands


class Step(Command):
    """A command of the build without options."""

    user_options: ClassVar[list[tuple[str, str | None, str]]] = []

    def initialize_options(self) -> None:
        pass

    def finalize_options(self) -> None:
        pass


class Catalogues(Step):
    description = "compile the message catalogues that are out of date"

    def run(self) -> None:
        with one_at_a_time():
            count = compile_catalogues()
        if count:
            print(f"Message catalogues compiled: {count}")


class AssetFiles(Step):
    description = "gather the front-end assets that are out of date"

    def run(self) -> None:
        with one_at_a_time():
            count = build_assets()
        if count:
            print(f"Front-end assets written: {count}")


class BuildPy(build_py):
    """The ordinary build of the package, after its catalogues and assets."""

    def run(self) -> None:
        self.run_command("catalogues")
        self.run_command("assets")
        # The list of data files may have been made before the build made them.
        self.__dict__.pop("data_files", None)
        super().run()


if __name__ == "__main__":
    setup(cmdclass={"build_py": BuildPy, "catalogues": Catalogues, "assets": AssetFiles})
