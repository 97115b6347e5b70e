"""Settings from the environment. A wrong value stops the start with a message that names it."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

DATABASES = ("sqlite", "postgresql+psycopg")
SHORTEST_KEY = 16  # characters of a key that encrypts copies
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class BadSetting(Exception):
    """A setting that cannot be used; the text names the variable and what it accepts."""


@dataclass(frozen=True)
class Issuer:
    """Where people sign in instead of here (OpenID Connect), and as whom this installation is known there."""

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    label: str


@dataclass(frozen=True)
class Settings:
    """What one installation is told from outside. Paths are absolute."""

    database_url: str
    instance: Path
    secret_key: str
    base_url: str
    smtp_url: str | None
    demo: bool
    host: str
    port: int
    messenger_hosts: frozenset[str] = (
        frozenset()
    )  # origins beside the messengers' own to which notices may go
    webhook_hosts: frozenset[str] = frozenset()  # origins to which webhooks may go though they are not public
    fonts: Path | None = None
    proxies: frozenset[IPv4Network | IPv6Network] = frozenset()  # whose X-Forwarded-For is believed
    slow_query: int = 500  # milliseconds from which a statement is logged
    migrates_as: str | None = (
        None  # the address of the database as its owner, where the application is another role
    )
    backup_key: str | None = field(default=None, repr=False)
    backup_folder: Path | None = None  # where the worker keeps copies; none: it makes none
    backup_hour: int = 3  # of the day in Asia/Shanghai
    issuer: Issuer | None = None
    backup_keep: tuple[int, int, int] = (7, 5, 12)  # the last copies of so many days, weeks and months
    files_each: int = 10 * 1024  # megabytes of files of one project, laboratory, agreement or committee
    files_all: int = 100 * 1024  # megabytes of all files
    costly: tuple[int, int] = (20, 15)  # of a costly act so many in a row, and one more after so many seconds

    @property
    def owner_url(self) -> str:
        """As whom tables are made and changed."""
        return self.migrates_as or self.database_url

    @property
    def secure(self) -> bool:
        """True when the base address is https: decides cookie name, Secure and HSTS."""
        return self.base_url.startswith("https:")

    @property
    def origin(self) -> str:
        """The base address as browsers write the origin of our pages: without a port that goes without saying."""
        parts = urlsplit(self.base_url)
        usual = {"http": 80, "https": 443}[parts.scheme]
        return self.base_url if parts.port != usual else self.base_url.rpartition(":")[0]

    @property
    def passkey_host(self) -> str | None:
        """The name to which passkeys are bound; None where browsers offer none: plain http, or a number for a host."""
        host = urlsplit(self.base_url).hostname or ""
        is_number = ":" in host or host.replace(".", "").isdigit()
        return host if not is_number and (self.secure or host == "localhost") else None

    @property
    def allowed_hosts(self) -> frozenset[str]:
        """The hosts that requests may name: the base address's and the loopback's."""
        return frozenset(LOOPBACK | {urlsplit(self.base_url).hostname or ""})

    @property
    def is_loopback(self) -> bool:
        """True when both the listening and the public address stay on this machine."""
        return self.host in LOOPBACK and (urlsplit(self.base_url).hostname or "") in LOOPBACK


def _number(env: Mapping[str, str], name: str, default: str, largest: int) -> int:
    text = env.get(name) or default
    if not (text.isascii() and text.isdigit() and len(text) < 10) or not 0 < int(text) <= largest:
        raise BadSetting(f"{name} must be a number from 1 to {largest}, not {text!r}")
    return int(text)


def _proxies(env: Mapping[str, str]) -> frozenset[IPv4Network | IPv6Network]:
    """The proxies of our own, as addresses or networks."""
    found = set()
    for item in env.get("KJS_PROXIES", "").replace(",", " ").split():
        try:
            found.add(ip_network(item))
        except ValueError:
            raise BadSetting(
                f"KJS_PROXIES must be addresses or networks such as 127.0.0.1, 10.1.2.0/24. Not {item!r}"
            ) from None
    return frozenset(found)


def _url(env: Mapping[str, str], name: str, schemes: tuple[str, ...], default: str) -> str:
    text = env.get(name) or default
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  (raises on a port that is no number)
    except ValueError as problem:
        raise BadSetting(f"{name} is not an address: {problem}") from None
    if parts.scheme not in schemes:
        raise BadSetting(f"{name} must start with {' or '.join(s + '://' for s in schemes)}, not {text!r}")
    if parts.scheme not in DATABASES and not parts.hostname:
        raise BadSetting(f"{name} names no host: {text!r}")
    return text


def _host(env: Mapping[str, str]) -> str:
    text = env.get("HOST") or "127.0.0.1"
    if not re.fullmatch(r"[\w.:-]+", text, re.ASCII):
        raise BadSetting(f"HOST must be a name or an address to listen on, not {text!r}")
    return text


def _base_url(env: Mapping[str, str], default: str) -> str:
    text = _url(env, "KJS_BASE_URL", ("http", "https"), default).rstrip("/")
    parts = urlsplit(text)
    if parts.path or parts.query or parts.fragment or parts.username is not None:
        raise BadSetting(f"KJS_BASE_URL must be scheme, host and port alone, not {text!r}")
    return text


def _origins(env: Mapping[str, str], name: str, example: str) -> frozenset[str]:
    """Origins as `https://host:port`. Plain http never leaves this machine: it is for a relay beside us."""
    found = set()
    for item in env.get(name, "").replace(",", " ").split():
        text = item if "://" in item else f"https://{item}"
        try:
            parts = urlsplit(text)
            port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
        except ValueError as problem:
            raise BadSetting(f"{name} holds no address: {problem}") from None
        plain = parts.scheme == "http" and parts.hostname in LOOPBACK
        if (
            not parts.hostname
            or text.count("/") != 2
            or "@" in text
            or not (plain or parts.scheme == "https")
        ):
            raise BadSetting(
                f"{name} must be names of hosts, such as {example} or host:8443; "
                f"http:// is for this machine only. Not {item!r}"
            )
        found.add(f"{parts.scheme}://{parts.hostname}:{port}")
    return frozenset(found)


def _secret(env: Mapping[str, str], instance: Path) -> str:
    given = env.get("KJS_SECRET_KEY")
    if given is not None:
        if len(given) < 16:
            raise BadSetting("KJS_SECRET_KEY must have at least 16 characters")
        return given
    kept = instance / "secret_key"
    try:
        return kept.read_text("ascii").strip()
    except FileNotFoundError:
        pass
    text = secrets.token_urlsafe(48)
    try:
        with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
    except FileExistsError:  # another process was faster
        return kept.read_text("ascii").strip()
    except OSError as problem:
        raise BadSetting(f"KJS_INSTANCE cannot be written: {problem}") from None
    return text


def _instance(env: Mapping[str, str]) -> Path:
    folder = Path(env.get("KJS_INSTANCE") or "instance").absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise BadSetting(f"KJS_INSTANCE cannot be used as a folder: {problem}") from None
    return folder


def _fonts(env: Mapping[str, str]) -> Path | None:
    """A folder with typefaces of the installation's own, for documents in the form of the national standard."""
    text = env.get("KJS_FONTS")
    if not text:
        return None
    folder = Path(text).absolute()
    if not folder.is_dir() or not any(
        path.suffix.lower() in (".ttf", ".otf", ".ttc") for path in folder.iterdir()
    ):
        raise BadSetting(f"KJS_FONTS must be a folder with .ttf, .otf or .ttc files, not {text!r}")
    return folder


def _issuer(env: Mapping[str, str]) -> Issuer | None:
    """All of the three that single sign-on needs, or none."""
    names = ("KJS_OIDC_ISSUER", "KJS_OIDC_CLIENT_ID", "KJS_OIDC_CLIENT_SECRET")
    given = [env.get(name, "") for name in names]
    if not any(given):
        return None
    for name, value in zip(names, given, strict=True):
        if not value:
            raise BadSetting(f"{name} is missing: single sign-on needs {', '.join(names)}")
    parts = urlsplit(_url(env, "KJS_OIDC_ISSUER", ("http", "https"), ""))
    if (parts.scheme == "http" and parts.hostname not in LOOPBACK) or parts.query or parts.fragment:
        raise BadSetting(f"KJS_OIDC_ISSUER must be https without query, not {given[0]!r}")
    return Issuer(given[0], given[1], given[2], env.get("KJS_OIDC_LABEL") or parts.hostname or "")


def _backup_key(env: Mapping[str, str]) -> str | None:
    """What copies are encrypted with: the words themselves, or a file that holds them."""
    words, file = env.get("KJS_BACKUP_KEY"), env.get("KJS_BACKUP_KEY_FILE")
    if words and file:
        raise BadSetting("KJS_BACKUP_KEY and KJS_BACKUP_KEY_FILE are both set: one of them is enough")
    if file:
        try:
            words = Path(file).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as problem:
            raise BadSetting(f"KJS_BACKUP_KEY_FILE cannot be read: {problem}") from None
        words = words or "-"  # an empty file is no wish to go without
    if words and len(words) < SHORTEST_KEY:
        raise BadSetting(f"the key of KJS_BACKUP_KEY must have at least {SHORTEST_KEY} characters")
    return words or None


def _backup_hour(env: Mapping[str, str]) -> int:
    text = env.get("KJS_BACKUP_HOUR") or "3"
    if not re.fullmatch(r"[01]?\d|2[0-3]", text, re.ASCII):
        raise BadSetting(f"KJS_BACKUP_HOUR must be an hour from 0 to 23, not {text!r}")
    return int(text)


def _backup_keep(env: Mapping[str, str]) -> tuple[int, int, int]:
    text = env.get("KJS_BACKUP_KEEP") or "7,5,12"
    found = re.fullmatch(r"(\d{1,3}),(\d{1,3}),(\d{1,3})", text.replace(" ", ""), re.ASCII)
    if not found or int(found[1]) < 1:
        raise BadSetting(f"KJS_BACKUP_KEEP must be days,weeks,months such as 7,5,12, not {text!r}")
    return int(found[1]), int(found[2]), int(found[3])


def _costly(env: Mapping[str, str]) -> tuple[int, int]:
    text = env.get("KJS_COSTLY") or "20,15"
    found = re.fullmatch(r"(\d{1,4}),(\d{1,4})", text.replace(" ", ""), re.ASCII)
    if not found or not int(found[1]) or not int(found[2]):
        raise BadSetting(f"KJS_COSTLY must be acts,seconds such as 20,15, each from 1 to 9999, not {text!r}")
    return int(found[1]), int(found[2])


def read_settings(env: Mapping[str, str] | None = None) -> Settings:
    """Read all settings; raise BadSetting for the first one that is wrong."""
    env = os.environ if env is None else env
    instance = _instance(env)
    host, port = _host(env), _number(env, "PORT", "8000", 65535)
    demo = env.get("KJS_DEMO", "1")
    if demo not in ("0", "1"):
        raise BadSetting(f"KJS_DEMO must be 0 or 1, not {demo!r}")
    shown = f"[{host}]" if ":" in host else host
    return Settings(
        database_url=_url(
            env,
            "KJS_DATABASE_URL",
            DATABASES,
            f"sqlite:///{instance}/kangjiansheng.db",
        ),
        instance=instance,
        secret_key=_secret(env, instance),
        base_url=_base_url(env, f"http://{shown}:{port}"),
        smtp_url=_url(env, "KJS_SMTP_URL", ("smtp", "smtps"), "") if env.get("KJS_SMTP_URL") else None,
        demo=demo == "1",
        host=host,
        port=port,
        messenger_hosts=_origins(env, "KJS_MESSENGER_HOSTS", "open.feishu.example"),
        webhook_hosts=_origins(env, "KJS_WEBHOOK_HOSTS", "bus.hospital.example"),
        fonts=_fonts(env),
        proxies=_proxies(env),
        slow_query=_number(env, "KJS_SLOW_QUERY", "500", 600_000),
        migrates_as=_url(env, "KJS_OWNER_URL", DATABASES[1:], "") if env.get("KJS_OWNER_URL") else None,
        issuer=_issuer(env),
        backup_key=_backup_key(env),
        backup_folder=Path(env["KJS_BACKUP_FOLDER"]).absolute() if env.get("KJS_BACKUP_FOLDER") else None,
        backup_hour=_backup_hour(env),
        backup_keep=_backup_keep(env),
        files_each=_number(env, "KJS_FILES_EACH", "10240", 10**8),
        files_all=_number(env, "KJS_FILES_ALL", "102400", 10**8),
        costly=_costly(env),
    )
