"""The program that git asks for a user name and a password; run by git, not imported by us.

`askpass.py FD PORTION ORIGIN USER PROMPT`: the token is read from the inherited descriptor, where it lies several
times, each PORTION bytes long, so that git may ask again. It is given for prompts that name exactly ORIGIN, so that a
redirect or an address inside the repository cannot have it. Only os and sys are imported: this runs with `-I -S`.
"""

import os
import sys


def main() -> int:
    """Print the answer to the prompt; 1 when there is none to give."""
    descriptor, portion, origin, user, prompt = int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:6]
    question, _, rest = prompt.partition(" for '")
    address = rest.rpartition("'")[0]
    scheme, _, place = address.partition("://")
    if f"{scheme}://{place.rpartition('@')[2].rstrip('/')}" != origin:
        return 1
    if question == "Username":
        sys.stdout.write(user)
        return 0
    if question != "Password":
        return 1
    token = b""
    while len(token) < portion:
        more = os.read(descriptor, portion - len(token))
        if not more:
            return 1
        token += more
    sys.stdout.buffer.write(token)
    return 0


if __name__ == "__main__":
    sys.exit(main())
