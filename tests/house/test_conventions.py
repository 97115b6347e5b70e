"""What the architecture promises about every file, held by walking over all of them."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import nodes
from jinja2.filters import FILTERS as DEFAULT_FILTERS
from wtforms import TextAreaField
from wtforms.validators import Length

from kangjiansheng.core.forms import Form, PastedField

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "kangjiansheng"
FLOORS = ("core", "accounts", "labs", "projects", "committee", "overview")
FEATURES = FLOORS[1:]
ROOMS = {
    "rules", "models", "queries", "policies", "notices", "operations", "forms", "charts", "sheets", "documents",
    "panels", "views", "api", "jobs",
}  # fmt: skip
FORBIDDEN_ROOMS = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "services",
    "service",
    "manager",
    "managers",
    "misc",
}
LONGEST = 400


def sources() -> list[Path]:
    return sorted(p for p in PACKAGE.rglob("*.py") if "static" not in p.parts)


def templates() -> list[Path]:
    return sorted(p for p in PACKAGE.rglob("templates/**/*") if p.suffix in (".html", ".svg", ".txt", ".xml"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call with its dotted name, such as `db.session.commit`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


@pytest.fixture(scope="module")
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text("utf-8")) for path in sources()}


def test_the_walk_sees_something(trees: dict[Path, ast.Module]) -> None:
    assert len(trees) > 60
    assert len(templates()) > 20


def test_no_room_is_named_after_nothing() -> None:
    stems = {part for path in sources() for part in (path.stem, *path.relative_to(PACKAGE).parts[:-1])}
    assert stems & FORBIDDEN_ROOMS == set()


def test_whole_numbers_are_read_in_one_way() -> None:
    """`int` takes 1_0 for ten, and so do `IntegerField` and `args.get(type=int)`."""
    found = [name(p) for p in sources() if re.search(r"IntegerField|type=int\b", p.read_text("utf-8"))]
    assert found == ["kangjiansheng/core/forms.py"]


@pytest.mark.parametrize("floor", FEATURES)
def test_a_feature_has_the_rooms_of_every_feature(floor: str) -> None:
    known = ROOMS | {"templates", "translations", "reference", "data", "__pycache__", "__init__"}
    extra = {"accounts": {"passwords", "sessions"}, "projects": {"commands"}, "committee": {"commands"}}.get(
        floor, set()
    )
    found = {path.stem if path.suffix == ".py" else path.name for path in (PACKAGE / floor).iterdir()}
    assert {room for room in found if not room.startswith(".")} - known - extra == set()


def test_a_file_is_short_enough_to_read() -> None:
    lengths = {name(path): len(path.read_text("utf-8").splitlines()) for path in (*sources(), *templates())}
    assert len(lengths) > 1000
    assert not {path: length for path, length in lengths.items() if length > LONGEST}


def test_commits_happen_in_one_place(trees: dict[Path, ast.Module]) -> None:
    found = [
        name(p) for p, tree in trees.items() for called, _ in calls(tree) if called.endswith("session.commit")
    ]
    assert found == ["kangjiansheng/core/transactions.py"]


CLOCKS = re.compile(
    r"\b(datetime\.(datetime\.)?(now|utcnow|today)|(datetime\.)?date\.today|time\.(time|localtime|gmtime))$"
)


def test_the_clock_is_read_in_one_place(trees: dict[Path, ast.Module]) -> None:
    found = {name(p) for p, tree in trees.items() for called, _ in calls(tree) if CLOCKS.search(called)}
    assert found == {"kangjiansheng/core/clock.py"}


def test_nobody_below_the_views_asks_who_is_signed_in(trees: dict[Path, ast.Module]) -> None:
    allowed = {"kangjiansheng/accounts/sessions.py"}
    found = {
        name(p)
        for p, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == "current_user"
    }
    assert found <= allowed


WEB = {
    "rules": ("flask", "sqlalchemy"),
    "models": ("flask",),
    "policies": ("flask",),
    "operations": ("flask", "wtforms"),
    "charts": ("flask", "sqlalchemy"),
    "sheets": ("sqlalchemy",),
}


def room_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[1] if len(parts) > 1 and parts[0] in FEATURES else ""


def test_rooms_do_not_know_what_they_must_not_know(trees: dict[Path, ast.Module]) -> None:
    wrong = []
    for path, tree in trees.items():
        banned = WEB.get(room_of(path), ())
        for node in ast.walk(tree):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                modules = [node.module]
            wrong += [f"{name(path)} imports {m}" for m in modules if m.split(".")[0] in banned]
    assert wrong == []


def test_words_are_never_translated_in_pieces(trees: dict[Path, ast.Module]) -> None:
    """`_(f"…")` and `f"…{_('…')}…"` of prose cannot be translated; placeholders can."""
    wrong = []
    for path, tree in trees.items():
        for called, node in calls(tree):
            if called in ("_", "_l", "gettext", "lazy_gettext", "ngettext") and any(
                not isinstance(argument, ast.Constant) for argument in node.args[:1]
            ):
                wrong.append(f"{name(path)}:{node.lineno}")
    assert wrong == []


UNSAFE = re.compile(r"\|\s*safe\b|\{%-?\s*autoescape\s+false")
INLINE = {
    "a style attribute": re.compile(r"\sstyle\s*=\s*[\"']"),
    "a style element": re.compile(r"<style\b"),
    "an inline handler": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']"),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>"),
    "javascript:": re.compile(r"javascript:", re.IGNORECASE),
    "unescaped text": UNSAFE,
    "another host": re.compile(r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//(?!www\.w3\.org)"),
}


def test_a_template_keeps_the_content_policy() -> None:
    read = {name(path): path.read_text("utf-8") for path in templates()}
    found = [(path, what) for path, text in read.items() for what, at in INLINE.items() if at.search(text)]
    assert found == []


def test_every_form_that_changes_something_carries_a_token() -> None:
    seen = 0
    for path in (one for one in templates() if one.suffix == ".html"):
        for form in re.findall(r"<form\b[^>]*>.*?</form>", path.read_text("utf-8"), re.DOTALL):
            if 'method="post"' in form.split(">")[0]:
                seen += 1
                assert "csrf" in form or "hx-" in form, f"{name(path)}: {form[:160]}"
    assert seen > 100


def test_no_link_forces_a_download() -> None:
    """A browser that must save what comes shows nothing when the answer is a page that says why there is no file."""
    forced = re.compile(r"<a\b[^>]*\sdownload[\s=>]")
    assert not [
        str(path) for path in templates() if forced.search(re.sub(r"{{.*?}}", "", path.read_text("utf-8")))
    ]


def test_markup_is_made_in_one_reviewed_place(trees: dict[Path, ast.Module]) -> None:
    found = {name(p) for p, tree in trees.items() for called, _ in calls(tree) if called.endswith("Markup")}
    assert found <= {"kangjiansheng/core/pages.py", "kangjiansheng/core/markdown.py"}
    assert not any("render_template_string" in p.read_text("utf-8") for p in trees)


def test_no_shell_no_pickle_no_eval(trees: dict[Path, ast.Module]) -> None:
    bad = re.compile(
        r"^((eval|exec)$|os\.(system|exec|spawn|popen)|pickle\.|marshal\.|yaml\.load|subprocess\.)"
    )
    found = {name(p) for p, tree in trees.items() for called, _ in calls(tree) if bad.search(called)}
    assert found <= {"kangjiansheng/serving.py"}  # the worker beside the server: fixed words, no shell
    assert not any("shell=True" in p.read_text("utf-8") for p in trees)


def test_every_route_declares_who_may_use_it(app: Flask) -> None:
    rules = list(app.url_map.iter_rules())
    assert len(rules) > 40
    undeclared = [r.rule for r in rules if not getattr(app.view_functions[r.endpoint], "access", "")]
    assert undeclared == []


def test_what_is_public_is_on_this_list(app: Flask) -> None:
    public = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if app.view_functions[rule.endpoint].access == "public"  # type: ignore[attr-defined]
    }
    assert public <= {
        "/healthz", "/readyz", "/metrics", "/language/<wanted>", "/sign-in", "/sign-in/second", "/sign-in/passkey", "/sign-in/sso", "/sign-in/sso/back", "/sign-in/sso/finish", "/sign-in/sso/leave", "/forgot", "/link/<secret>", "/privacy", "/privacy/<int:number>",
        "/first-run/<secret>", "/api/v1/openapi.json", "/answer/<secret>", "/answer/<secret>/effect",
        "/answer/<secret>/undo/<int:entry_id>", "/calendar/<secret>.ics", "/invitation/<secret>", "/read/<secret>",
    }  # fmt: skip


def test_a_route_without_declaration_stops_the_start(app: Flask) -> None:
    from kangjiansheng.core import access

    bare = Flask("bare", static_folder=None)
    bare.add_url_rule("/x", view_func=lambda: "")
    with pytest.raises(access.Undeclared, match="/x"):
        access.check_declared(bare)
    access.check_declared(app)


def test_addresses_have_no_action_argument(app: Flask) -> None:
    assert [r.rule for r in app.url_map.iter_rules() if "action" in r.arguments] == []


def test_floors_and_rooms_look_down_only() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def test_no_filter_of_ours_is_reckoned_when_a_template_is_compiled(app: Flask) -> None:
    """Jinja does so with a constant, once for all readers; a filter that reads the request says `pass_context`."""
    own = set(app.jinja_env.filters) - set(DEFAULT_FILTERS)
    with app.test_request_context("/somewhere?q=1"):
        for path in templates():
            for node in app.jinja_env.parse(path.read_text("utf-8")).find_all(nodes.Filter):
                if node.name in own:
                    with pytest.raises(nodes.Impossible):
                        node.as_const()


TEXT_AREA = re.compile(r"<textarea[^>]*\smaxlength=")


def test_no_page_has_the_browser_cut_a_long_text(app: Flask) -> None:
    """`maxlength` drops the end of what is pasted without a word; a form says how much is too much, and keeps it."""
    written = PACKAGE.rglob("*.html")
    assert [p.name for p in written if TEXT_AREA.search(p.read_text(encoding="utf-8"))] == []
    areas = [
        (f"{form.__module__}.{form.__name__}.{name}", [*field.args[1:2], field.kwargs.get("validators", ())])
        for form in _kinds_of(Form)
        if form.__module__.startswith("kangjiansheng.")
        for name, field in vars(form).items()
        if issubclass(getattr(field, "field_class", object), TextAreaField)
        and not issubclass(field.field_class, PastedField)  # which has a limit in bytes of its own
    ]
    assert len(areas) > 60
    limits = {
        name: [one for part in given for one in part if isinstance(one, Length)] for name, given in areas
    }
    assert [name for name, found in limits.items() if not found] == [], "each has a limit that is told"
    assert [name for name, found in limits.items() for one in found if one.field_flags] == []
    assert {str(one.message) for found in limits.values() for one in found} == {
        "最多 %(max)d 个字符，现在有 %(length)d 个。"
    }


def _kinds_of(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield one
        yield from _kinds_of(one)


def test_decisions_are_numbered_without_gaps_or_doubles() -> None:
    """Two that landed on one day must not share a number: others name decisions by it."""
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [file.name[:4] for file in files]
    assert numbers == [f"{number:04}" for number in range(1, len(files) + 1)]
    titles = [file.read_text("utf-8").split("\n", 1)[0] for file in files]
    assert [title[:7] for title in titles] == [f"# {number} " for number in numbers]
