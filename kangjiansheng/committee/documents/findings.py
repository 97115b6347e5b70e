"""What the check of a file found, in words."""

from typing import Any

from flask_babel import lazy_gettext as _l

from kangjiansheng.committee.rules.verification import Finding

FAULTS: dict[str, Any] = {
    "not-an-export": _l("这不是本系统导出的纪要文件。"),
    "no-attachment": _l("这份 PDF 里没有可供校验的数据附件。"),
    "misshapen": _l("文件缺少必要的部分，无法校验。"),
    "unsigned-approved": _l("文件自称已经冻结，却没有文稿和签署。"),
    "text-changed": _l("抬头或分段与指纹不符：文字已被改动。"),
    "other-meeting": _l("文稿属于另一次会议 %(meeting)s。"),
    "blocks-differ": _l("分段的数目与指纹所记不同。"),
    "block-changed": _l("第 %(number)s 部分与指纹不符：文字、票数或行动项已被改动。%(title)s"),
    "image-changed": _l("第 %(no)s 段的图片缺失，或与签署的文字所记的指纹不符。"),
    "paragraph-changed": _l("第 %(no)s 段的文字与其校验值不符。"),
    "whole-misstated": _l("文件关于是否有内容未开放的说明与实际不符。"),
    "signature-elsewhere": _l("%(name)s 的签署不是签在这份文稿上。"),
    "signature-early": _l("%(name)s 的签署时间早于文稿冻结的时间。"),
    "signature-twice": _l("%(name)s 对同一稿签署了两次。"),
    "signature-changed": _l("%(name)s 的签署已被改动：姓名、意见、说明或时间与校验值不符。"),
    "sections-misstated": _l("%(name)s 的签署所不含的部分与正文不符。"),
    "signature-uncovered": _l("%(name)s 的签署不在所附的审计记录中。"),
    "consent-twice": _l("%(name)s 的默示同意与其签署或另一份同意重复。"),
    "consent-changed": _l("%(name)s 的默示同意已被改动。"),
    "consent-early": _l("%(name)s 的默示同意早于提醒中写明的期限。"),
    "consent-uncovered": _l("%(name)s 的默示同意不在所附的审计记录中。"),
    "chair-missing": _l("缺少主任委员的批准。"),
    "approvals-missing": _l("批准的人数不够：需要 %(needed)s 人，文件里有 %(given)s 人。"),
    "amendment-changed": _l("勘误 %(number)s 的文字已被改动。"),
    "amendment-number": _l("勘误 %(number)s 的编号与签署的内容不符。"),
    "amendment-elsewhere": _l("勘误 %(number)s 更正的不是这份文稿。"),
    "amendment-old": _l("勘误 %(number)s 的原文与文稿不符。"),
    "amendment-gap": _l("勘误 %(number)s 之前的一份勘误不在文件里。"),
    "amendment-unrecorded": _l("所附的审计记录里没有勘误 %(number)s 的生效。"),
    "amendment-absent": _l("审计记录里有勘误 %(number)s 的生效，文件里却没有这份勘误。"),
    "entry-changed": _l("审计记录第 %(seq)s 条已被改动。"),
    "entry-rows": _l("审计记录第 %(seq)s 条所覆盖的行与其校验值不符。"),
    "entry-order": _l("审计记录第 %(seq)s 条与前一条没有接上。"),
    "pages-changed": _l("附件完好，但页面不是由它排出的：PDF 在导出之后被改动过。"),
    "approval-unrecorded": _l("所附的审计记录里没有纪要的生效。"),
    "approval-time": _l("纪要的生效时间与记录不符。"),
    "amendment-time": _l("勘误 %(number)s 的生效时间与记录不符。"),
    "state-misstated": _l("导出时这一稿已经生效，文件却说没有。"),
    "here-differs": _l("本系统里第 %(number)s 稿的指纹不是这个。"),
    "here-broken": _l("本系统里这一稿的文字与指纹不符，请立即告知审计人员。"),
    "here-not-approved": _l("本系统里这一稿并未生效。"),
    "here-no-signature": _l("本系统里没有 %(name)s 的这份签署。"),
    "here-no-consent": _l("本系统里没有 %(name)s 的这份默示同意。"),
    "here-more-signatures": _l("本系统里还有 %(name)s 的签署，文件里没有。"),
    "here-no-entry": _l("本系统的审计记录第 %(seq)s 条与文件所附的不同。"),
    "here-no-amendment": _l("本系统里没有这样的勘误 %(number)s。"),
    "here-more-amendments": _l("本系统里勘误 %(number)s 在导出之前已经生效，文件里却没有。"),
}
NOTES: dict[str, Any] = {
    "translations": _l("译文不在签署之内，没有校验。"),
    "unsigned": _l("这份文字还没有冻结，没有指纹和签署可以校验。"),
    "format-1-withheld": _l("这一稿用的是旧格式，又有内容未开放，单凭文件无法重新计算指纹。"),
    "pages-not-compared": _l("这份 PDF 由另一版本的系统排版，页面没有逐字节核对，只校验了附件。"),
    "withheld": _l("有内容未对取得文件的人开放；其余部分仍与指纹相符。"),
    "note-withheld": _l("%(name)s 的签署有未开放的内容，单凭文件无法校验这份签署。"),
    "here-unknown": _l("本系统里没有您能看到的这份文稿，只校验了文件本身。"),
    "here-newer": _l("本系统里已有更新的一稿。"),
    "here-approved": _l("这一稿在导出之后已经生效。"),
    "here-signed": _l("%(name)s 在导出之后签署了这一稿。"),
    "here-amended": _l("勘误 %(number)s 在导出之后生效。"),
    "amendment-gap": _l("勘误 %(number)s 之前还有一份勘误未对取得文件的人开放。"),
}


def sentence(found: Finding) -> str:
    """A finding as a sentence in the reader's language."""
    words = FAULTS if found.fault else NOTES
    return str(words[found.code]) % found.facts
