"""Wapiti over the pages of somebody signed in, sqlmap over each address with parameters and each form."""

import csv
import json
import os
import subprocess
from urllib.parse import urlsplit

from tests.scanners import cage, target
from tests.scanners.finding import Finding
from tests.scanners.outcome import Outcome
from tests.support.server import Server

# Without those that call other machines (ssrf, xxe, log4shell), guess products (wapp, cms, nikto, wp_enum) or want
# TLS and names (ssl, https_redirect, takeover).
MODULES = [
    "backup",
    "cookieflags",
    "crlf",
    "csp",
    "csrf",
    "exec",
    "file",
    "htaccess",
    "http_headers",
    "ldap",
    "methods",
    "permanentxss",
    "redirect",
    "shellshock",
    "spring4shell",
    "sql",
    "timesql",
    "upload",
    "xss",
]
# Their pages end the session with which they are asked for, or send forms that go nowhere.
LEFT_OUT = ("sign-out", "account", "account/*", "language/*", "static/*")


def wapiti(who: str, *, crawl: int = 240, attack: int = 150) -> Outcome:
    """Crawl what somebody sees for so many seconds, then each module for so many."""
    report = cage.WORK / "wapiti.json"
    with target.served("wapiti", workers=2) as server:
        cookie = target.cookie_of(target.signed_in(server, who))
        starts = [at for name, path in target.PAGES if name == who for at in ("-s", server.base + path)]
        left_out = [at for path in LEFT_OUT for at in ("-x", f"{server.base}/{path}")]
        command = [
            *(tool("wapiti"), "-u", f"{server.base}/", *starts, *left_out, "-C", cookie, "--drop-set-cookie"),
            *("-m", ",".join(MODULES), "--scope", "folder", "-d", "6", "--max-links-per-page", "60"),
            *("--max-files-per-dir", "12", "--max-parameters", "40", "--max-scan-time", str(crawl)),
            *(
                "--max-attack-time",
                str(attack),
                "--tasks",
                "4",
                "-t",
                "20",
                "--no-bugreport",
                "--flush-session",
            ),
            *("--store-session", str(cage.WORK / "wapiti"), "-f", "json", "-o", str(report), "-v", "1"),
        ]
        run("wapiti", command)
        said = json.loads(report.read_text("utf-8"))
        found = [
            Finding(
                "wapiti", f"{kind}: {rule}", target.kind(one["path"]), f"{one['info']} ({one['parameter']})"
            )
            for kind in ("vulnerabilities", "anomalies")
            for rule, those in said[kind].items()
            for one in those
        ]
        pages = said["infos"].get("crawled_pages_nbr", 0)
        return _outcome("wapiti", server, found, f"{pages} pages as {who}, {len(MODULES)} modules")


def sqlmap() -> Outcome:
    """Each address and form of the tour, as who sees it, all parameters, level 1 of 5."""
    out = cage.WORK / "sqlmap"
    with target.served("sqlmap", workers=2) as server:
        aims, cookies = target.aims(server)
        log = cage.WORK / "sqlmap.requests"
        log.write_text("".join(_as_logged(aim, server, cookies[aim.who]) for aim in aims), "utf-8")
        command = [
            *(tool("sqlmap"), "-l", str(log), "--batch", "--level", "1", "--risk", "1", "--technique", "BEU"),
            *(
                "--dbms",
                "SQLite",
                "--skip",
                ",".join(sorted(target.OF_THE_FORM - {"version"})),
                "--drop-set-cookie",
            ),
            *(
                "--ignore-code",
                "*",
                "--ignore-redirects",
                "--threads",
                "2",
                "--timeout",
                "20",
                "--retries",
                "1",
            ),
            *("--text-only", "--output-dir", str(out), "--disable-coloring", "--flush-session"),
            *("--answers", "keep testing=Y,skip further=N,follow=N,reduce=Y", "--skip-waf"),
        ]
        run("sqlmap", command)
        found = [
            Finding(
                "sqlmap",
                "injection",
                target.kind(row["Target URL"]),
                f"{row['Parameter']} ({row['Technique(s)']})",
            )
            for file in out.glob("results-*.csv")
            for row in csv.DictReader(file.open(encoding="utf-8"))
            if row["Parameter"]
        ]
        return _outcome("sqlmap", server, found, f"{len(aims)} addresses and forms")


def _as_logged(aim: target.Aim, server: Server, cookie: str) -> str:
    """A request as a proxy writes it down, which is how sqlmap takes many."""
    line = "=" * 54
    where = urlsplit(server.base)
    head = (
        f"{line}\n12:00:00  {server.base}\n{line}\n{aim.method} {aim.path} HTTP/1.1\nHost: {where.netloc}\n"
    )
    head += f"Cookie: {cookie}\n" if cookie else ""
    form = "Content-Type: application/x-www-form-urlencoded\n" if aim.body else ""
    return f"{head}{form}\n{aim.body}\n{line}\n\n"


def _outcome(name: str, server: Server, found: list[Finding], words: str) -> Outcome:
    broken = target.broken(name, server)
    return Outcome(name, [*found, *broken], f"{words}, {target.requests(server)} requests")


def tool(name: str) -> str:
    """The program of a tool, in its own environment."""
    return str(cage.HOME / name / "bin" / name)


def run(name: str, command: list[str]) -> int:
    """Run a tool to its end, gently; what it says goes into its log."""
    with (cage.WORK / f"{name}.log").open("ab") as log:
        return subprocess.run(
            ["nice", *command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=dict(os.environ),
            cwd=cage.WORK,
        ).returncode
