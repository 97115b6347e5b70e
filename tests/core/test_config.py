"""Settings: each wrong value stops the start with a message that names it."""

import stat
from pathlib import Path

import pytest

from kangjiansheng.core.config import BadSetting, read_settings


def read(tmp_path: Path, **environment: str):  # type: ignore[no-untyped-def]
    return read_settings({"KJS_INSTANCE": str(tmp_path), **environment})


def test_without_any_setting_it_serves_this_machine_only(tmp_path: Path) -> None:
    made = read(tmp_path)
    assert made.base_url == "http://127.0.0.1:8000"
    assert made.database_url == f"sqlite:///{tmp_path}/kangjiansheng.db"
    assert made.demo and made.is_loopback and not made.secure and made.smtp_url is None
    assert made.allowed_hosts == {"127.0.0.1", "localhost", "::1"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"), ("PORT", "0"), ("PORT", "65536"), ("PORT", "-1"), ("PORT", "٨٠٠٠"),
        ("KJS_DEMO", "yes"), ("KJS_DEMO", ""),
        ("KJS_SECRET_KEY", "short"), ("KJS_SECRET_KEY", ""),
        ("KJS_DATABASE_URL", "mysql://x/y"), ("KJS_DATABASE_URL", "postgresql://x/y"),
        ("KJS_BASE_URL", "kjs.example"), ("KJS_BASE_URL", "ftp://kjs.example"), ("KJS_BASE_URL", "http://["),
        ("KJS_BASE_URL", "http://kjs.example:port"),
        ("KJS_BASE_URL", "https://kjs.example/path"), ("KJS_BASE_URL", "https://"), ("HOST", "two words"),
        ("KJS_BASE_URL", "https://somebody@kjs.example"), ("KJS_SMTP_URL", "smtp://"),
        ("KJS_MESSENGER_HOSTS", "http://feishu.example"), ("KJS_MESSENGER_HOSTS", "a.example/path"),
        ("KJS_MESSENGER_HOSTS", "x@a.example"), ("KJS_MESSENGER_HOSTS", "a.example:port"),
        ("KJS_SMTP_URL", "mail.example"), ("KJS_SMTP_URL", "http://mail.example"),
        ("KJS_FONTS", "/no/such/folder"), ("KJS_FONTS", "/proc/self"),
        ("KJS_PROXIES", "proxy.example"), ("KJS_PROXIES", "10.1.2.3/24"), ("KJS_PROXIES", "127.0.0.1, x"),
        ("KJS_SLOW_QUERY", "0"), ("KJS_SLOW_QUERY", "half a second"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        read(tmp_path, **{name: value})


def test_an_instance_that_is_no_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadSetting, match="KJS_INSTANCE"):
        read_settings({"KJS_INSTANCE": str(tmp_path / "file" / "below")})


def test_the_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    first, second = read(tmp_path).secret_key, read(tmp_path).secret_key
    assert first == second and len(first) >= 43
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_the_base_address_decides_hosts_and_security(tmp_path: Path) -> None:
    made = read(tmp_path, KJS_BASE_URL="https://kjs.example/")
    assert made.secure and made.base_url == "https://kjs.example"
    assert "kjs.example" in made.allowed_hosts and not made.is_loopback
    assert not read(tmp_path, HOST="0.0.0.0").is_loopback


def test_an_ipv6_host_is_written_in_brackets(tmp_path: Path) -> None:
    assert read(tmp_path, HOST="::1").base_url == "http://[::1]:8000"


def test_hosts_of_messengers_are_origins(tmp_path: Path) -> None:
    made = read_settings(
        {
            "KJS_INSTANCE": str(tmp_path),
            "KJS_MESSENGER_HOSTS": "Feishu.corp.example, a.example:8443 http://127.0.0.1:90",
        }
    )
    assert made.messenger_hosts == {
        "https://feishu.corp.example:443", "https://a.example:8443", "http://127.0.0.1:90",
    }  # fmt: skip
    assert read_settings({"KJS_INSTANCE": str(tmp_path)}).messenger_hosts == frozenset()
