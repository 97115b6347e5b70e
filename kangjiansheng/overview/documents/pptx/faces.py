"""Faces and languages on slides: every text names a face for Chinese beside one for Latin letters, or programs choose
one that may lack the characters."""

from collections.abc import Sequence
from typing import Any

from kangjiansheng.core.charts import tokens

LATIN = "Arial"
EAST = {"zh-Hans": "Microsoft YaHei", "zh-Hant": "Microsoft JhengHei", "en": "Microsoft YaHei"}
TAGS = {"zh-Hans": "zh-CN", "zh-Hant": "zh-HK", "en": "en-GB"}


def colour(token: str) -> Any:
    """A colour token as slides take it."""
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(tokens()["light"][token].lstrip("#"))


def face(properties: Any, language: str) -> None:
    """Name the faces and the language of a run (or of the usual run of a chart)."""
    from pptx.oxml.ns import qn

    for name in ("latin", "ea", "cs"):
        for old in properties.findall(qn(f"a:{name}")):
            properties.remove(old)
    after: Sequence[Any] = properties.xpath("./a:sym|./a:hlinkClick|./a:hlinkMouseOver|./a:rtl|./a:extLst")
    for name, typeface in (("latin", LATIN), ("ea", EAST[language])):
        made = properties.makeelement(qn(f"a:{name}"), {"typeface": typeface})
        after[0].addprevious(made) if after else properties.append(made)
    properties.set("lang", TAGS[language])
    if language == "en":
        properties.set("altLang", "zh-CN")


def chart_faces(chart: Any, language: str) -> None:
    """The same for all that a chart says."""
    for properties in chart._chartSpace.xpath(".//a:defRPr"):
        face(properties, language)


def theme(file: Any, language: str) -> None:
    """The same for the theme: what somebody adds to a slide looks like what is there."""
    from pptx.opc.constants import RELATIONSHIP_TYPE

    part = file.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    text = part.blob.decode("utf-8")
    for old, new in (
        ('<a:latin typeface="Calibri"/>', f'<a:latin typeface="{LATIN}"/>'),
        ('<a:ea typeface=""/>', f'<a:ea typeface="{EAST[language]}"/>'),
    ):
        text = text.replace(old, new)
    for name, token in (
        ("dk2", "ink"), ("accent1", "primary"), ("accent2", "slip"), ("accent3", "risk"), ("accent4", "gate"),
        ("accent5", "done"), ("accent6", "ontrack"), ("hlink", "link"), ("folHlink", "link"),
    ):  # fmt: skip
        begin, end = text.index(f"<a:{name}>"), text.index(f"</a:{name}>")
        said = str(colour(token))
        text = f'{text[:begin]}<a:{name}><a:srgbClr val="{said}"/>{text[end:]}'
    part._blob = text.encode("utf-8")
