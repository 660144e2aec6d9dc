"""Makes the helper programs beside the tests importable: they lie in no package."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
