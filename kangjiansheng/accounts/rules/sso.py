"""Single sign-on in the catalogue of acts."""

from flask_babel import lazy_gettext as _l

ACTS = {
    "accounts:sso:link": _l("绑定单点登录"),
    "accounts:sso:unlink": _l("解除单点登录"),
    "accounts:sso:allow": _l("允许按邮箱绑定单点登录"),
}
FIELDS = {
    "issuer": _l("单点登录方"),
    "subject": _l("在对方的标识"),
    "sso_only": _l("绑定的人只用单点登录"),
    "sso_by_email": _l("首次单点登录可按邮箱绑定"),
}
