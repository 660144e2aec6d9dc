"""`plumbrule mask` is the masker as a filter."""

import json
import random
import string

from click.testing import CliRunner

from plumbrule.mcp_server.cli.mask import command

SECRET = "".join(random.Random(3).choices(string.ascii_letters + string.digits, k=32))


def test_plain_lines_are_masked_and_foreign_bytes_pass_unchanged() -> None:  # S-91
    sent = f"a\npassword={SECRET}\n".encode() + b"\xff\xfe caf\xe9\r\nlast"
    got = CliRunner().invoke(command, input=sent)
    assert got.exit_code == 0
    assert got.stdout_bytes == b"a\npassword=***\n\xff\xfe caf\xe9\r\nlast"


def test_json_lines_mask_whole_records_of_several_lines() -> None:
    records = [f"password:\n  '{SECRET}'", "nothing here", "lone \ud800 surrogate", ""]
    got = CliRunner().invoke(command, ["--json-lines"], input="".join(json.dumps(each) + "\n" for each in records))
    assert got.exit_code == 0
    masked = [json.loads(line) for line in got.stdout.splitlines()]
    assert SECRET not in masked[0]
    assert masked[1:] == records[1:]


def test_a_line_that_is_no_json_string_is_refused_by_number_after_the_lines_before_it() -> None:
    got = CliRunner().invoke(command, ["--json-lines"], input='"a"\n{"b": 1}\n"c"\n')
    assert got.exit_code == 2
    assert got.stdout == '"a"\n'
    assert "line 2 is not a JSON string" in got.stderr
