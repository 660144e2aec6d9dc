"""What stands behind the Makefile: one session per question one can ask about the code.

Inside the project's own .venv (what `make` prepares) sessions run there. Started from anywhere else, for example
`uvx nox -s tests`, each session makes and reuses an environment of its own.
"""

import os
import shutil
import sys
from pathlib import Path

import nox

ROOT = Path(__file__).parent
AT_HOME = Path(sys.prefix).resolve() == (ROOT / ".venv").resolve()

nox.needs_version = ">=2025.2"
nox.options.default_venv_backend = "none" if AT_HOME else "venv"
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["lint", "types", "imports", "tests"]


def prepare(session: nox.Session) -> None:
    """Install the project and its tools, unless this is the environment that has them."""
    if not AT_HOME:
        session.install("--editable", ".", "--group", "dev")
    # Tests start tools by name, also when the environment was not activated.
    session.env["PATH"] = os.pathsep.join([str(Path(python(session)).parent), os.environ.get("PATH", "")])


def python(session: nox.Session) -> str:
    """The interpreter that has the project."""
    return sys.executable if AT_HOME else str(Path(session.bin) / "python")


def run_tool(session: nox.Session, name: str, *arguments: str) -> None:
    """A program that lies beside the interpreter."""
    session.run(str(Path(python(session)).with_name(name)), *arguments, external=True)


def run_python(session: nox.Session, *arguments: str) -> None:
    session.run(python(session), *arguments, external=True)


def run_tests(session: nox.Session, *arguments: str) -> None:
    run_python(session, "-m", "pytest", *arguments, *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Style and common faults, of the image's recipe too."""
    prepare(session)
    run_python(session, "-m", "ruff", "check", ".")
    run_python(session, "-m", "ruff", "format", "--check", ".")
    run_tool(session, "hadolint", "Dockerfile")


@nox.session
def types(session: nox.Session) -> None:
    """mypy and pyright, both strict: each finds what the other does not."""
    prepare(session)
    run_python(session, "-m", "mypy")
    run_python(session, "-m", "pyright", "--pythonpath", python(session))


@nox.session
def imports(session: nox.Session) -> None:
    """The architecture's contracts (.importlinter)."""
    prepare(session)
    run_tool(session, "lint-imports", "--no-logo")


@nox.session
def tests(session: nox.Session) -> None:
    """Everything that needs only Python and Node; what builds and installs is the session `wheel`'s."""
    prepare(session)
    chosen = "not conformance and not services and not wheel and not attacks"
    run_tests(session, "-m", chosen, "-n", "auto", "--dist", "worksteal", "--durations", "10")


@nox.session
def attacks(session: nox.Session) -> None:
    """Hostile repositories and hostile surroundings, each against a whole process with its bounds measured."""
    prepare(session)
    run_tests(session, "-m", "attacks", "tests/attacks", "-n", "auto", "--dist", "worksteal", "--durations", "10")


@nox.session
def property(session: nox.Session) -> None:
    """The property tests with ten times the examples."""
    prepare(session)
    run_tests(session, "-m", "hypothesis", "-n", "auto", "--hypothesis-profile=thorough")


@nox.session
def conformance(session: nox.Session) -> None:
    """The protocol's own suite and the Inspector; Node 22 is fetched through npm when the machine has an older one."""
    prepare(session)
    if shutil.which("npm") is None:
        session.error("npm is needed; on Debian and Ubuntu: apt install npm")
    run_tests(session, "-m", "conformance", "tests/conformance")


@nox.session
def docs(session: nox.Session) -> None:
    """Every documented command runs, every link and name exists."""
    prepare(session)
    run_tests(session, "tests/docs")


@nox.session
def bench(session: nox.Session) -> None:
    """Each claim beside its floor; name some to run only those."""
    prepare(session)
    run_python(session, "-m", "benchmarks", *session.posargs)


@nox.session
def packse(session: nox.Session) -> None:
    """Our verdicts beside uv's own on a public suite of resolver scenarios (fetched, read as text, served here)."""
    prepare(session)
    run_python(session, "-m", "benchmarks", "packse")


@nox.session
def accuracy(session: nox.Session) -> None:
    """Our facts beside reference tools over published packages (fetched once); name comparisons to run only those."""
    prepare(session)
    if not AT_HOME:
        session.install("--group", "accuracy")
    else:
        run_python(session, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--group", "accuracy")
    run_python(session, "benchmarks/accuracy", *session.posargs)


@nox.session
def wheel(session: nox.Session) -> None:
    """Build both distributions and check what is in them."""
    prepare(session)
    run_python(session, "-m", "build", "--no-isolation", "--outdir", "dist", ".")
    run_tests(session, "tests/house/test_wheel.py")
