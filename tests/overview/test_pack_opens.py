"""Slides and document as an office program opens them: all of them, with every Chinese character."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.overview.test_pack import at_now, file, in_document, on_slides
from tests.support.critic import Critic

pytestmark = [pytest.mark.soak, pytest.mark.office]
HAN = re.compile("[\u3400-\u9fff]")


def opened(folder: Path, name: str, data: bytes) -> str:
    """The words of a file as LibreOffice lays it out."""
    (folder / name).write_bytes(data)
    run = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf"]
    done = subprocess.run(
        [*run, "--outdir", str(folder), str(folder / name)], capture_output=True, text=True, timeout=180
    )
    made = folder / f"{Path(name).stem}.pdf"
    assert made.exists(), f"LibreOffice does not open {name}: {done.stderr[-200:]}"
    return subprocess.run(["pdftotext", str(made), "-"], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("lang", ["zh-Hans", "zh-Hant", "en"])
def test_an_office_program_opens_them_with_every_character(
    client: Callable[..., Critic], tmp_path: Path, lang: str
) -> None:
    reader, asked = client("executive", lang), at_now()
    for name, rows in (
        ("a.docx", in_document(data := file(reader, "docx", asked))),
        ("b.pptx", on_slides(slides := file(reader, "pptx", asked))),
    ):
        words = opened(tmp_path, name, data if name == "a.docx" else slides)
        said = "".join(head + "".join("".join(row) for row in lines) for head, lines in rows.items())
        assert len(set(HAN.findall(said))) > 50
        assert set(HAN.findall(said)) <= set(HAN.findall(words)), name
    from pptx import Presentation

    pages = words.count("\f")
    assert pages == len(Presentation(tmp_path / "b.pptx").slides)
