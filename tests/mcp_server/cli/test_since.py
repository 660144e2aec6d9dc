"""What `analyze --since` prints for people."""

import os
import subprocess
from pathlib import Path


def commit(root: Path, tag: str, files: dict[str, str]) -> None:
    for path, content in files.items():
        (root / path).write_text(content)
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", tag], ["tag", tag]):
        environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
        subprocess.run(["git", "-C", str(root), *identity, *words], check=True, env=environment)


def test_a_page_that_cuts_a_long_list_of_changes_says_so(plumbrule) -> None:  # S-40
    (plumbrule.work / "a").mkdir()
    manifest = {"pyproject.toml": '[project]\nname = "a"\n'}
    commit(plumbrule.work / "a", "v1", manifest | {"a.py": "".join(f"def f{n}():\n    pass\n\n\n" for n in range(30))})
    commit(plumbrule.work / "a", "v2", {"a.py": "def g():\n    pass\n"})
    page = plumbrule("analyze", "./a", "--since", "v1").stdout
    assert page.count("BREAKING removed: ") == 20
    assert "and 11 more; --json gives all" in page  # ten more are gone, and g came
