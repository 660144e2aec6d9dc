"""`python -m plumbrule.mcp_server`: the same door as `python -m plumbrule`."""

import sys

from plumbrule.mcp_server.cli.root import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
