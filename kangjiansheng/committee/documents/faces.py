"""The faces that a PDF is set in, and which characters they have.

An archive's PDF may hold no character without a shape. Where the faces have none (a rare name, a pictograph), the
compositor's 〓 stands instead; the attached data keep the character.
"""

import struct
from functools import cache
from pathlib import Path
from typing import Any

MISSING = "〓"
# The faces that the national standard names, as their files call them: for an installation that has them licensed.
OWN = {
    "text": ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋"),
    "head": ("SimHei", "黑体"),
    "title": ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋简体", "方正小标宋_GBK"),
}


@cache
def folders() -> tuple[Path, ...]:
    """Where the faces lie: Noto Serif and Sans for both scripts, under the SIL Open Font License."""
    import pylopdf_fonts_zh_cn
    import pylopdf_fonts_zh_tw

    return tuple(Path(str(module.__file__)).parent for module in (pylopdf_fonts_zh_cn, pylopdf_fonts_zh_tw))


def files(own: Path | None = None) -> list[Path]:
    """The files of the faces, in a fixed order, those of the installation's folder among them."""
    found = [path for folder in folders() for path in sorted(folder.glob("*.otf"))]
    return found + (sorted(path for path in own.iterdir() if path.is_file()) if own else [])


def own_families(own: Path | None) -> dict[str, list[str]]:
    """For text, headings and titles: which of the standard's faces lie in the installation's folder."""
    if own is None:
        return {role: [] for role in OWN}
    import typst

    there = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(own)]
    ).families()
    return {role: [name for name in names if name in there] for role, names in OWN.items()}


@cache
def covered() -> frozenset[int]:
    """The characters that a serif and a sans of the same script both have."""
    found: set[int] = set()
    for folder in folders():
        sets = [_characters(path.read_bytes()) for path in sorted(folder.glob("*.otf"))]
        found |= set.intersection(*sets)
    return frozenset(found)


def _characters(font: bytes) -> set[int]:
    """What the table `cmap` (its form 12, for all of Unicode) of an OpenType file maps to a shape."""
    tables = struct.unpack(">H", font[4:6])[0]
    at = next(
        struct.unpack(">I", font[row + 8 : row + 12])[0]
        for row in range(12, 12 + 16 * tables, 16)
        if font[row : row + 4] == b"cmap"
    )
    found: set[int] = set()
    for row in range(at + 4, at + 4 + 8 * struct.unpack(">H", font[at + 2 : at + 4])[0], 8):
        sub = at + struct.unpack(">I", font[row + 4 : row + 8])[0]
        if struct.unpack(">H", font[sub : sub + 2])[0] == 12:
            size = 12 * struct.unpack(">I", font[sub + 12 : sub + 16])[0]
            for first, last, _shape in struct.iter_unpack(">III", font[sub + 16 : sub + 16 + size]):
                found.update(range(first, last + 1))
    return found


def printable(value: Any) -> Any:
    """The same with 〓 for each character that the faces lack; white space stays."""
    if isinstance(value, str):
        have = covered()
        return "".join(c if ord(c) in have or c in "\n\t" else MISSING for c in value)
    if isinstance(value, dict):
        return {key: printable(one) for key, one in value.items()}
    return [printable(one) for one in value] if isinstance(value, list | tuple) else value
