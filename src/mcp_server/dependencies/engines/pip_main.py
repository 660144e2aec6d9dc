"""pip for another Python and platform than those that run it: markers are answered for the target.

Run as a script (`python -I pip_main.py ENVIRONMENT ARGUMENT…`) by `pip`. `--python-version` and `--platform` choose
files, but pip evaluates markers for the interpreter that runs it (pypa/pip#11664), so a second opinion for any other
target would be wrong. Exit code 3 says that this pip cannot be told, or that there is none.
"""

import json
import sys
from importlib import import_module

NO_PIP = 3


def main(words: list[str]) -> int:
    """Become pip with the marker environment that the first word holds as JSON."""
    environment: dict[str, str] = json.loads(words[0])
    try:
        pip = import_module("pip._internal.cli.main").main  # of whatever Python runs this, and no dependency of ours
        markers = import_module("pip._vendor.packaging.markers")
    except ImportError:
        return NO_PIP
    if not hasattr(markers, "default_environment"):
        return NO_PIP
    setattr(markers, "default_environment", lambda: dict(environment))  # noqa: B010 - a module, not a class of ours
    return int(pip(words[1:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
