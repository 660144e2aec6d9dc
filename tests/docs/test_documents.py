"""Every command that the documents show runs, every link leads somewhere, every name in them exists."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from plumbrule.mcp_server.cli.root import COMMANDS
from plumbrule.mcp_server.settings import Settings, known_settings, load

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
FENCE = re.compile(r"^( *)```([^\n]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
GENERATED = re.compile(r"<!-- from the code: .*?<!-- end -->", re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]\n]+\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)

ELSEWHERE = ("make ", "uvx ", "pipx ", "pip install", "docker ", "git clone", "npx ", "cd ")
"""Commands that set something up or run this very suite; `.ci/run` and tests/house prove them, not this page."""


def prose(page: Path) -> str:
    """The page without its blocks of code."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def blocks(language: str) -> list[tuple[str, str]]:
    """Every fenced block of the language, named by page and line."""
    found: list[tuple[str, str]] = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in FENCE.finditer(text):
            if match[2].split(" ")[0] == language:
                line = text.count("\n", 0, match.start()) + 1
                found.append((f"{page.relative_to(ROOT)}:{line}", match[3]))
    return found


def commands() -> list[tuple[str, str]]:
    """Every line `$ …` of the console blocks; `# exit N` at its end names an exit code other than 0."""
    return [
        (where, line.strip()[2:])
        for where, block in blocks("console")
        for line in block.splitlines()
        if line.strip().startswith("$ ")
    ]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home and a small repository, as a reader would have them."""
    desk = tmp_path_factory.mktemp("desk")
    repository = desk / "project"
    shutil.copytree(ROOT / "src/core/store", repository / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "LICENSE", repository)
    (repository / "pyproject.toml").write_text('[project]\nname = "project"\nversion = "1"\nlicense = "Apache-2.0"\n')
    (repository / "app.log").write_text("GET /?token=ghp_" + "a1B2" * 9 + "\n")
    for name, wish in (("api", "numpy<1.20"), ("worker", "numpy>=2.0")):
        (desk / name).mkdir()
        asked = f'[project]\nname = "{name}"\nversion = "1"\ndependencies = ["{wish}"]\n'
        (desk / name / "pyproject.toml").write_text(asked)
    (desk / "home/.config/Claude").mkdir(parents=True)  # as if Claude Desktop had been started once
    git = ["git", "-C", str(repository), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "Begin"], check=True)
    return desk


@pytest.mark.parametrize(("where", "command"), commands(), ids=lambda value: str(value)[:60])
def test_a_documented_command_runs(where: str, command: str, desk: Path) -> None:
    if command.startswith(ELSEWHERE):
        target = command.split()
        if target[0] == "make":
            assert f"\n{target[1]}:" in (ROOT / "Makefile").read_text(), f"{where}: no such target"
        return
    command, _, expected = command.partition("  # exit ")
    home = str(desk / "home")
    environment = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": home,
        "XDG_CONFIG_HOME": f"{home}/.config",
        "XDG_CACHE_HOME": f"{home}/.cache",
        "LANG": "C.UTF-8",
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=desk / "project",
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == int(expected or 0), f"{where}: {command}\n{done.stdout}{done.stderr}"


def test_every_documented_command_exists() -> None:
    """Also those in running text: `plumbrule analyze`."""
    for page in PAGES:
        for name in re.findall(r"`(?:\$ )?plumbrule ([a-z][a-z-]*)", page.read_text(encoding="utf-8")):
            assert name in COMMANDS, f"{page.relative_to(ROOT)} names the command {name}"


def test_every_command_is_documented() -> None:
    text = (ROOT / "docs/tools.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"`plumbrule {name}" not in text] == []


def test_every_make_target_that_the_documents_name_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in PAGES:
        named = set(re.findall(r"`make ([a-z]+)`", page.read_text(encoding="utf-8")))
        assert named <= targets, page


def test_every_setting_that_the_documents_name_exists() -> None:
    settings = known_settings().values()
    variables = {setting.variable for setting in settings} | {"PLUMBRULE_CONFIG", "PLUMBRULE_SECRETS_DIR"}
    names = {setting.name for setting in settings}
    sections = {setting.section for setting in settings}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert set(re.findall(r"PLUMBRULE_[A-Z0-9_]*[A-Z0-9]", text)) <= variables, page
        words = re.findall(r"`([a-z]+\.[a-z_]+)`", text)
        dotted = {word for word in words if word.split(".")[0] in sections and not word.endswith(".py")}
        assert dotted <= names, page


def test_every_toml_block_is_a_settings_file_that_loads(tmp_path: Path) -> None:
    for _, block in blocks("toml"):
        path = tmp_path / "plumbrule.toml"
        path.write_text(block)
        path.chmod(0o600)
        assert load({}, config=path).file == path


@pytest.mark.parametrize("name", ["default", "development", "production"])
def test_every_shipped_configuration_loads(name: str, tmp_path: Path) -> None:  # C-22
    path = tmp_path / f"{name}.toml"
    shutil.copyfile(ROOT / f"configs/{name}.toml", path)
    path.chmod(0o600)
    loaded = load({}, config=path)
    if name == "default":
        assert loaded.settings == Settings()
        assert set(loaded.origins) == {
            setting.name
            for setting in known_settings().values()
            if setting.default not in (None, {}) and not setting.shape.secret
        }
    else:
        assert loaded.settings != Settings()


@pytest.mark.parametrize("host", ["claude-desktop", "cursor", "vscode"])
def test_client_snippets_have_the_shape_that_install_prints(host: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "plumbrule", "install", host, "--print", "--root", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    ((key, servers),) = json.loads(done.stdout).items()
    ((shipped_key, shipped_servers),) = json.loads(
        (ROOT / f"configs/{host.replace('-', '_')}.json").read_text()
    ).items()
    ours, theirs = servers["plumbrule"], shipped_servers["plumbrule"]
    assert (shipped_key, set(shipped_servers), set(theirs)) == (key, set(servers), set(ours))
    assert theirs["args"][:-1] == ours["args"][:-1]


def anchors(page: Path) -> set[str]:
    """The names that a renderer gives to headings."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in HEADING.findall(prose(page))}


def test_every_relative_link_leads_somewhere() -> None:
    for page in PAGES:
        for link in LINK.findall(prose(page)):
            if link.startswith(("https://", "mailto:")):
                continue
            target, _, anchor = link.partition("#")
            path = (page.parent / target).resolve() if target else page
            assert path.exists(), f"{page.relative_to(ROOT)}: {link}"
            assert not anchor or anchor in anchors(path), f"{page.relative_to(ROOT)}: {link}"


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        links = LINK.findall(prose(page))
        waiting += [(page.parent / link.split("#")[0]).resolve() for link in links if not link.startswith("http")]
    assert set(PAGES) <= seen


def test_a_line_holds_one_sentence() -> None:
    """So that a change of a sentence is a change of a line."""
    several = re.compile(r"[a-z)`][.!?] [A-Z][a-z]+ [a-z]+")
    for page in PAGES:
        lines = GENERATED.sub("", prose(page)).splitlines()
        assert [line for line in lines if not line.startswith("|") and several.search(line)] == [], page


def test_the_readme_shows_what_make_run_prints() -> None:
    """Where the sample lies on this machine, because `make run` fetched it."""
    sample = ROOT / ".tools/fastify-5.12.8.tgz"
    if not sample.exists():
        pytest.skip("make run has not fetched the sample yet")
    command = [sys.executable, "-m", "plumbrule", "analyze", f"./{sample.relative_to(ROOT)}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    ((_, shown),) = [block for block in blocks("text") if block[0].startswith("README")]
    assert shown.rstrip() == done.stdout.rstrip()
