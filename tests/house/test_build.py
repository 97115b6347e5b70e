"""What the build gathers, and that it is pinned: every file by its content, every package by its digest."""

import hashlib
import json
import re
import time
from pathlib import Path
from runpy import run_path

import pytest
from fontTools import ttLib

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "kangjiansheng" / "core" / "static"
MANIFEST = json.loads((STATIC / "manifest.json").read_text())
WANTED = {
    "css/kjs-all.css",
    "js/htmx.min.js",
    "js/plotly.min.js",
    "js/kjs.js",
    "fonts/kj-latin.woff2",
    "fonts/kj-serif.woff2",
}
LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-uv.lock", "requirements-node.lock"]


def pinned(lock: str) -> dict[str, str]:
    """Package → version of a lock."""
    return dict(re.findall(r"^([a-z0-9][\w.-]*)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))


def test_every_wanted_file_is_there() -> None:
    assert set(MANIFEST) >= WANTED


@pytest.mark.parametrize("name", sorted(MANIFEST))
def test_a_served_name_is_that_of_its_content(name: str) -> None:
    served = STATIC / MANIFEST[name]
    assert served.suffixes[-2] == f".{hashlib.sha256(served.read_bytes()).hexdigest()[:12]}"
    if served.suffix in {".css", ".js", ".svg"}:
        assert all(
            Path(f"{served}{ending}").stat().st_size < served.stat().st_size for ending in (".br", ".gz")
        )


@pytest.mark.parametrize("face", ["kj-latin", "kj-serif"])
def test_a_face_keeps_its_characters_and_loses_what_no_page_asks_for(face: str) -> None:
    built = run_path(str(ROOT / "setup.py"), run_name="read")
    source = ttLib.TTFont(built["third_party"]() / built["THIRD_PARTY"][f"fonts/{face}.woff2"])
    served = ttLib.TTFont(STATIC / MANIFEST[f"fonts/{face}.woff2"])
    assert set(served.getBestCmap()) == set(source.getBestCmap())
    features = {record.FeatureTag for record in served["GPOS"].table.FeatureList.FeatureRecord}
    assert "kern" in features and len(served.getGlyphOrder()) < len(source.getGlyphOrder())
    assert served.get("fvar") is None or served["fvar"].axes[0].maxValue == source["fvar"].axes[0].maxValue
    named = {entry.nameID: entry.toUnicode() for entry in served["name"].names}
    assert (
        named[0] and named[14] and not [text for number, text in named.items() if number and "Plex" in text]
    )


@pytest.mark.parametrize("name", sorted(name for name in MANIFEST if name.endswith(".css")))
def test_a_style_sheet_names_only_served_files(name: str) -> None:
    sheet = STATIC / MANIFEST[name]
    for address in re.findall(r"url\(\s*[\"']?([^\"')]+)", sheet.read_text()):
        if not address.startswith(("data:", "#")):
            target = (sheet.parent / re.split("[?#]", address)[0]).resolve()
            assert target.is_file(), address
            assert target.relative_to(STATIC).as_posix() in MANIFEST.values()


def test_bootstrap_is_served_with_the_rules_for_what_we_write_and_no_others() -> None:
    sheet = (STATIC / MANIFEST["css/kjs-all.css"]).read_text()
    assert sheet.count("{") == sheet.count("}")
    for kept in (
        ":root,[data-bs-theme=light]{",
        ".form-select:focus{",
        "@media (prefers-reduced-motion",
        ".qgo{",
    ):
        assert kept in sheet
    assert not re.search(r"\.(carousel|modal|offcanvas|was-validated)\b", sheet)


def test_what_is_served_is_named_by_the_manifest_or_is_kept_for_pages_that_are_open() -> None:
    files = {path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file()}
    served = {name.removesuffix(".br").removesuffix(".gz") for name in files} - {"manifest.json"}
    assert set(MANIFEST.values()) <= served
    for name in served - set(MANIFEST.values()):
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", name)
        assert time.time() - (STATIC / name).stat().st_mtime < 8 * 24 * 3600


@pytest.mark.parametrize("lock", LOCKS)
def test_python_packages_are_pinned_by_digest_and_by_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert blocks
    assert [block for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in text
    assert " @ " not in text


def test_the_tests_run_with_what_the_product_runs_with() -> None:
    assert pinned("requirements.lock").items() <= pinned("requirements-dev.lock").items()


def test_front_end_packages_are_pinned_by_digest_and_by_no_address() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    asked = json.loads((ROOT / "package.json").read_text())["dependencies"]
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert lock["packages"][""]["dependencies"] == asked
    assert {f"node_modules/{name}" for name in asked} <= set(packages)
    for name, entry in packages.items():
        assert entry["integrity"].startswith("sha512-"), name
        assert "resolved" not in entry, name


def test_catalogues_are_compiled_from_the_words_as_they_stand() -> None:
    for source in (ROOT / "kangjiansheng").glob("*/translations/*/LC_MESSAGES/*.po"):
        compiled = source.with_suffix(".mo")
        assert compiled.is_file(), f"{source.relative_to(ROOT)} is not compiled"
        assert compiled.stat().st_mtime_ns >= source.stat().st_mtime_ns, source


def test_no_package_lies_among_the_sources() -> None:
    """What pip fetched belongs to its environment; a clone would carry it for ever."""
    assert not [one.name for one in ROOT.iterdir() if one.suffix in {".whl", ".gz", ".zip"}]
