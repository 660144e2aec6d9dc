"""Makes the helpers beside the tests importable, and gives each attack a ground of its own."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from driving import Ground


@pytest.fixture
def ground() -> Iterator[Ground]:
    """A home, a cache and a temporary folder that hold nothing yet; removed by a program that no depth stops."""
    base = Path(tempfile.mkdtemp(prefix="attack-"))
    base.chmod(0o755)
    yield Ground(base)
    subprocess.run(["rm", "-rf", base], check=False)
