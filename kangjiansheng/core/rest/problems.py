"""Problems as RFC 9457 has them, in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from flask import g, make_response
from flask_babel import lazy_gettext as _l
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wrappers import Response

from kangjiansheng.core.db import undo
from kangjiansheng.core.digests import plain

TYPE = "application/problem+json"
DETAILS = {
    400: _l("请求无法识别。"),
    401: _l("请先登录，或者带上有效的令牌：Authorization: Bearer kjs_…"),
    403: _l("这一步不在您的权限内。"),
    404: _l("没有这个地址，或者它不对您开放。"),
    405: _l("这个地址不能这样用，允许的方法见 Allow。"),
    406: _l("这里只答复 application/json。"),
    409: _l("别人在同一时刻也改了这里，请重新读取再试。"),
    412: _l("别人已先保存，您看到的版本不是现在的。"),
    413: _l("发送的内容太大。"),
    415: _l("请用 Content-Type: application/json 发送。"),
    422: _l("有内容需要修改，没有保存。"),
    428: _l("请用 If-Match 写明所见的版本：它在读这一项时的 ETag 里。"),
    429: _l("太频繁了，请稍后再试。"),
    500: _l("系统出错，已记录。"),
    503: _l("系统正忙，请稍后再试。"),
    507: _l("已有的内容都在，可以继续阅读。请告知管理员腾出空间；之后原样再提交一次即可，不必重启。"),
}


def problem(
    status: int,
    *,
    detail: str = "",
    code: str = "",
    errors: Sequence[tuple[str, str] | Mapping[str, Any]] | None = None,
    **more: Any,
) -> Response:
    """The answer for a refusal. Nothing of the failed act stays. `code` is the stable word of a broken rule, `errors`
    are pairs of a field and what is wrong with it, or say more of the place (a row of a file)."""
    undo()
    body: dict[str, Any] = {
        "type": "about:blank",
        "status": status,
        "title": HTTP_STATUS_CODES.get(status, "Error"),
        "detail": detail or str(DETAILS.get(status, DETAILS[500 if status >= 500 else 400])),
        "request": g.get("request_id", ""),
    }
    if code:
        body["code"] = code
    if errors:
        body["errors"] = [
            one if isinstance(one, Mapping) else {"field": one[0], "detail": one[1]} for one in errors
        ]
    answer = make_response(orjson.dumps(plain(body | more)), status)
    answer.content_type = TYPE
    return answer
