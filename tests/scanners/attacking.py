"""Wapiti over the pages of somebody signed in, sqlmap over each address with parameters and each form."""

import csv
import json
import os
import shlex
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from tests.scanners import cage, target
from tests.scanners.finding import Finding
from tests.scanners.outcome import Outcome
from tests.support.server import Server

# Without those that call other machines (ssrf, xxe, log4shell), guess products (wapp, cms, nikto, wp_enum), want
# TLS and names (ssl, https_redirect, takeover), or a directory (ldap takes any answer that differs for one).
MODULES = shlex.split(
    "backup cookieflags crlf csp csrf exec file htaccess http_headers methods permanentxss redirect shellshock "
    "spring4shell sql timesql upload xss"
)
# Their pages end the session with which they are asked for, or send forms that go nowhere.
LEFT_OUT = ("sign-out", "account", "account/*", "language/*", "static/*")


def wapiti(who: str = "executive", *, crawl: int = 240, attack: int = 120) -> Outcome:
    """Crawl what somebody sees for so many seconds, then each module for so many."""
    report = cage.WORK / "wapiti.json"
    with target.served("wapiti", workers=2) as server:
        cookie = target.cookie_of(target.signed_in(server, who))
        starts = [at for name, path in target.PAGES if name == who for at in ("-s", server.base + path)]
        left_out = [at for path in LEFT_OUT for at in ("-x", f"{server.base}/{path}")]
        command = [tool("wapiti"), "-u", f"{server.base}/", *starts, *left_out, "-C", cookie]
        command += shlex.split(f"--scope folder -d 6 --max-scan-time {crawl} --max-attack-time {attack}")
        command += shlex.split(
            "--max-links-per-page 60 --max-files-per-dir 12 --max-parameters 40 --tasks 4 -t 20"
        )
        command += ["-m", ",".join(MODULES), "--no-bugreport", "--store-session", str(cage.WORK / "wapiti")]
        run("wapiti", [*command, "-f", "json", "-o", str(report), "-v", "1"])
        said = json.loads(report.read_text("utf-8"))
        pages = said["infos"].get("crawled_pages_nbr", 0)
        found = [
            _of_wapiti(rule, one) for kind in KINDS for rule, those in said[kind].items() for one in those
        ]
        return _outcome("wapiti", server, found, f"{pages} pages and forms as {who}, {len(MODULES)} modules")


KINDS = ("vulnerabilities", "anomalies")


def _of_wapiti(rule: str, one: dict[str, str]) -> Finding:
    return Finding("wapiti", rule, target.kind(one["path"]), f"{one['info']} ({one['parameter']})")


def sqlmap() -> Outcome:
    """Each parameter of each address of the tour, and each field of each form on it, as who sees it, at level 1 of 5.

    Fields of forms are tried in full when a first look (errors, quotes, casts) gives any sign.
    """
    with target.served("sqlmap", workers=2) as server:
        aims, cookies = target.aims(server)
        found: list[Finding] = []
        for method, more in (("GET", ()), ("POST", ("--smart",))):
            log, out = cage.WORK / f"sqlmap.{method}", cage.WORK / f"sqlmap-{method}"
            chosen = [_as_logged(aim, server, cookies[aim.who]) for aim in aims if aim.method == method]
            log.write_text("".join(chosen), "utf-8")
            run("sqlmap", [tool("sqlmap"), "-l", str(log), "--output-dir", str(out), *HOW, *more])
            found += [one for file in out.glob("results-*.csv") for one in _of_sqlmap(file)]
        tried = target.log_of("sqlmap").read_text("utf-8", "replace").count("testing URL")
        if tried < len(aims):
            found.append(Finding("sqlmap", "unfinished", "", f"{tried} of {len(aims)} were tried"))
        return _outcome("sqlmap", server, found, f"{tried} addresses and forms")


HOW = shlex.split(
    "--batch --flush-session --level 1 --risk 1 --technique BEU --dbms SQLite --skip csrf_token,once "
    "--drop-set-cookie --ignore-code * --ignore-redirects --threads 2 --timeout 20 --retries 1 --text-only "
    "--skip-waf --disable-coloring --answers 'keep testing=Y,skip further=N,follow=N,reduce=Y'"
)


def _of_sqlmap(file: Path) -> list[Finding]:
    with file.open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["Parameter"]]
    return [
        Finding(
            "sqlmap",
            "injection",
            target.kind(row["Target URL"]),
            f"{row['Parameter']}: {row['Technique(s)']}",
        )
        for row in rows
    ]


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
    wrong = [*found, *target.broken(name, server), *target.strangers(name, server)]
    return Outcome(name, wrong, f"{words}, {target.requests(server)} requests")


def tool(name: str) -> str:
    """The program of a tool, in its own environment."""
    return str(cage.HOME / name / "bin" / name)


def run(name: str, command: list[str]) -> int:
    """Run a tool to its end, gently; what it says goes into its log. Its clock is the machine's."""
    path = f"{cage.HOME / name / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {key: value for key, value in os.environ.items() if key not in OURS} | {"PATH": path}
    with target.log_of(name).open("ab") as log:
        done = subprocess.run(
            ["nice", *command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            cwd=cage.WORK,
        )
    return done.returncode


OURS = ("PYTHONPATH", "KJS_TEST_SHIFT")  # by which the product's processes travel to the tests' day
