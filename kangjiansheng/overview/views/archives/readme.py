"""What stands in the archive beside the data: how it is read and checked without the application, in three languages."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from kangjiansheng.core.i18n import CATALOGUES, moment, speaking
from kangjiansheng.overview.rules import archives as rules
from kangjiansheng.overview.views.archives.words import KINDS

_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f]')  # what some file systems do not take


def path_of(row: Mapping[str, Any]) -> str:
    """Where a stored file lies in the archive: under its thing, with number and version before its name."""
    name = f"{row['number']}-v{row['version']}-{_safe(row['name'])}"
    return f"files/{row['thing']}/{_safe(row['place'])}/{name}"


def _safe(name: str) -> str:
    return _UNSAFE.sub("_", name).strip(" .") or "_"


def text(
    code: str, name: str, at: datetime, listed: Sequence[Mapping[str, Any]], *, illustrative: bool
) -> str:
    """README.md: the same thrice, in the order of the languages of the product."""
    parts = []
    for language in CATALOGUES:
        with speaking(language):
            parts.append("\n\n".join(_parts(code, name, at, listed, illustrative=illustrative)))
    return "\n\n---\n\n".join(parts) + "\n"


def _parts(
    code: str, name: str, at: datetime, listed: Sequence[Mapping[str, Any]], *, illustrative: bool
) -> Iterator[str]:
    yield _("# %(code)s %(name)s：本方数据包", code=code, name=name)
    if illustrative:
        yield _(
            "**示例数据**：其中有说明用的示例，不是真实记录。每一行的 `illustrative` 列都标明是（true）或不是（false）。"
        )
    yield _("数据截至 %(at)s（上海时间）。格式 `%(format)s`。", at=moment(at), format=rules.FORMAT)
    yield _(
        "这里是本机构自己的数据，以及与它共享、任何一位成员凭成员身份都能看到的数据。只对团队开放的内容、各人因委员会席位看到的内容不在其中；本机构任何成员或管理层须回避的议题对所有人都不收录。"
    )
    yield _("## 怎么读")
    yield _(
        "- `data/*.json` 是规范化 JSON（UTF-8，键按字母排序）；`data/*.csv` 是同样的行，可用电子表格打开。编号（code）连接各表；日期为 ISO 8601，时刻为 UTC。"
    )
    yield _("- `minutes/*.json` 是可核验的会议纪要，`minutes/*.md` 供阅读；不对本机构开放的段落只留指纹。")
    yield _(
        "- `files/` 是上传的原文件，`data/files.csv` 说明每个文件属于什么；有 `disposed_at` 的已按保存期限销毁，只留下名称和 SHA-256。"
    )
    yield _("## 怎么核验")
    yield _(
        "解压后在这个文件夹里运行 `sha256sum -c SHA256SUMS`（macOS：`shasum -a 256 -c SHA256SUMS`）。`manifest.json` 列出每个文件的大小和 SHA-256。整个数据包的 SHA-256 写在申请页面、通知和审计记录里。"
    )
    yield _("## 内容")
    yield "\n".join(_table(listed))


def _table(listed: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield f"| {_('文件')} | {_('内容')} | {_('数量')} |"
    yield "|---|---|---:|"
    rows = {one["path"]: one["rows"] for one in listed if "rows" in one}
    for kind, word in KINDS.items():
        yield f"| `data/{kind}` | {word} | {rows[f'data/{kind}.json']} |"
    for folder, word in (("minutes", _("会议纪要")), ("files", _("上传的文件"))):
        yield f"| `{folder}/` | {word} | {sum(one['path'].startswith(f'{folder}/') for one in listed)} |"
