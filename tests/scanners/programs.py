"""The interface for programs under schemathesis: requests made from its own description, good ones and bad ones."""

import json
import shlex
from pathlib import Path
from typing import Any

from tests.scanners import cage, target
from tests.scanners.attacking import run, tool
from tests.scanners.finding import Finding
from tests.scanners.outcome import Outcome

CONFIG = Path(__file__).with_name("schemathesis.toml")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
)


def schemathesis(*, examples: int, who: str = "executive") -> Outcome:
    """So many examples for each act and each thing that can be read, beside those that its bounds give, as somebody
    with a token for everything."""
    events = cage.WORK / "schemathesis.ndjson"
    with target.served("schemathesis", furnish=False) as server:
        token = target.token_of(server, who)
        command = [
            tool("schemathesis"),
            "--config-file",
            str(CONFIG),
            "run",
            f"{server.base}/api/v1/openapi.json",
        ]
        command += ["--header", f"Authorization: Bearer {token}", "--checks", ",".join(CHECKS)]
        command += ["--max-examples", str(examples), "--report-ndjson-path", str(events), *HOW]
        run("schemathesis", command)
        found, cases = _read(events)
        looked = f"{cases} examples, {target.requests(server)} requests"
        return Outcome("schemathesis", [*found, *target.broken("schemathesis", server)], looked)


HOW = shlex.split(
    "--phases examples,coverage,fuzzing --workers 1 --continue-on-failure --seed 20261123 --no-shrink --report ndjson "
    "--generation-database none --request-timeout 20 --suppress-health-check all --no-color --warnings off"
)


def _read(events: Path) -> tuple[list[Finding], int]:
    """The failures of a run by its event log, each kind once for each address; and how many examples were sent."""
    found: dict[tuple[str, str], Finding] = {}
    cases = 0
    with events.open(encoding="utf-8") as lines:
        for line in lines:
            kind, event = next(iter(json.loads(line).items()))
            if kind != "ScenarioFinished":
                continue
            recorded = event["recorder"]
            cases += len(recorded.get("cases", {}))
            for checks in recorded.get("checks", {}).values():
                for check in checks:
                    if check["status"] == "failure":
                        one = _finding(recorded["label"], check)
                        found.setdefault((one.rule, one.where), one)
    return list(found.values()), cases


def _finding(label: str, check: dict[str, Any]) -> Finding:
    failure = check["failure_info"]["failure"]
    return Finding("schemathesis", check["name"], label, " ".join(failure["message"].split())[:400])
