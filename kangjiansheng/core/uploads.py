"""The field of a form through which files come in."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField

# What a browser offers to choose from; a telephone adds its camera because of the pictures.
ACCEPT = "image/*,application/pdf,.pdf,.docx,.xlsx,.pptx,.txt,.csv,.heic"


class FilesField(MultipleFileField):
    """Any number of files or photographs."""

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        render = {"accept": ACCEPT, "multiple": True} | kwargs.pop("render_kw", {})
        super().__init__(label or _l("文件或照片"), render_kw=render, **kwargs)

    @property
    def brought(self) -> list[tuple[str, bytes]]:
        """The files that were chosen: name as typed, content."""
        return [(one.filename, one.read()) for one in self.data or () if getattr(one, "filename", "")]

    @property
    def lost(self) -> bool:
        """True when files were chosen and the form comes back: no browser lets a page choose them again."""
        return any(getattr(one, "filename", "") for one in self.data or ())
