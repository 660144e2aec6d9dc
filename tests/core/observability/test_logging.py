"""One record is one masked line, whatever is in it."""

import io
import json
import logging
import random
import string
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from plumbrule.core import context
from plumbrule.core.errors import ConfigurationError
from plumbrule.core.observability.log_lines import user_text
from plumbrule.core.observability.logging import FieldLogger, Format, LogPipe, configure, crashes_reported
from plumbrule.core.security.masking import Masker

Start = Callable[..., LogPipe]


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def start(stream: io.StringIO) -> Iterator[Start]:
    pipes: list[LogPipe] = []

    def begin(format: Format = "json", **options: object) -> LogPipe:
        pipes.append(configure(Masker(), format, stream=stream, **options))  # type: ignore[arg-type]
        return pipes[-1]

    yield begin
    for pipe in pipes:
        pipe.close()


@pytest.fixture
def secret() -> str:
    return "".join(random.Random(7).choices(string.ascii_letters + string.digits, k=32))


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object_with_time_level_logger_message_call_and_fields(
    start: Start, stream: io.StringIO
) -> None:  # S-137, C-35
    start()
    token = context.enter(context.Call("a" * 32, "analyze_repository"))
    logging.getLogger("plumbrule.calls").info("call", extra={"code": "ok", "duration_ms": 1.5})
    context.leave(token)
    (line,) = lines(stream)
    assert str(line.pop("timestamp")).endswith("Z")
    assert line == {
        "level": "info", "logger": "plumbrule.calls", "message": "call", "call_id": "a" * 32,
        "tool": "analyze_repository", "code": "ok", "duration_ms": 1.5,
    }  # fmt: skip


@pytest.mark.parametrize("form", ["json", "text"])
def test_no_secret_leaves_by_message_arguments_fields_exception_or_cause(
    start: Start, stream: io.StringIO, secret: str, form: str
) -> None:  # S-93, A71
    start(form)
    log = logging.getLogger("plumbrule.x")
    log.info("password=%s", secret)
    log.info("settings %s", {"api_key": secret})
    log.info(
        "fields", extra={"password": secret, "nested": {"deep": [{"client_secret": secret}]}, "raw": f"token={secret}"}
    )
    try:
        try:
            raise ValueError(f"postgres://user:{secret}@host/db")
        except ValueError as error:
            raise RuntimeError(f"Authorization: Bearer {secret}") from error
    except RuntimeError:
        log.exception("failed")
    log.warning("of a group", exc_info=ExceptionGroup("g", [ValueError(f"api_key={secret}")]))
    logging.getLogger("plumbrule.password=" + secret).info("named after what it must not tell")
    assert secret not in stream.getvalue()
    assert stream.getvalue().count("***") >= 8


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_record_cannot_forge_a_second_line_nor_act_in_a_terminal(
    start: Start, stream: io.StringIO, form: str
) -> None:  # A82
    start(form)
    hostile = 'x\n{"level":"info"}\r\x1b[2J\x9b31m\u2028\u2029\u202e\x00\x85\x0b\x0c'
    FieldLogger("plumbrule.x").info(hostile, **{hostile: hostile})
    written = stream.getvalue()
    assert len(written.splitlines()) == 1
    assert written[:-1].isprintable()


def test_any_field_name_is_accepted(start: Start, stream: io.StringIO) -> None:  # S-96
    start()
    FieldLogger("plumbrule.x").info(
        "100 % done", name="n", args=(1,), msg="m", message="z", level="q", self=2, exc_info=3, extra=4, stacklevel=5
    )
    (line,) = lines(stream)
    assert line["message"] == "100 % done"
    assert (line["name"], line["args"], line["msg"], line["message_"], line["level_"]) == ("n", [1], "m", "z", "q")
    assert (line["self"], line["exc_info"], line["extra"], line["stacklevel"]) == (2, 3, 4, 5)


def test_logging_never_raises_whatever_it_is_given(start: Start, stream: io.StringIO) -> None:
    # pytest's own handler raises on such records; ours must not
    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError("no repr")

        __str__ = __repr__

    start()
    log = logging.getLogger("plumbrule.x")
    root = logging.getLogger()
    theirs = [handler for handler in root.handlers if type(handler).__module__ == "_pytest.logging"]
    for handler in theirs:
        root.removeHandler(handler)
    log.info("%d %s", "not a number")
    log.info("x %s", Broken())
    log.info("x", extra={"broken": Broken(), "big": 1 << 90, "lone": "\ud800", "nan": float("nan"), "b": b"\xff"})
    loop: list[object] = []
    loop.append(loop)
    log.info("loop", extra={"loop": loop})
    for handler in theirs:
        root.addHandler(handler)
    assert len(lines(stream)) == 4


def test_the_level_changes_at_run_time_and_foreign_chatter_stays_out(start: Start, stream: io.StringIO) -> None:
    pipe = start(level="warning")
    ours, theirs = logging.getLogger("plumbrule.x"), logging.getLogger("somelibrary")
    ours.info("1")
    pipe.set_level("info")
    ours.info("2")
    theirs.info("3")
    pipe.set_level("debug")
    theirs.debug("4")
    assert [line["message"] for line in lines(stream)] == ["2", "4"]


def test_auto_is_json_when_nobody_watches(start: Start, stream: io.StringIO) -> None:
    start("auto")
    logging.getLogger("plumbrule.x").info("hello")
    assert lines(stream)[0]["message"] == "hello"


def test_the_file_is_rotated_by_size_and_old_ones_are_deleted(
    start: Start, tmp_path: Path, secret: str
) -> None:  # S-137
    path = tmp_path / "plumbrule.log"
    pipe = start(file=path, max_bytes=2_000, backups=2)
    for number in range(100):
        logging.getLogger("plumbrule.x").info("line %d password=%s", number, secret)
    pipe.close()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["plumbrule.log", "plumbrule.log.1", "plumbrule.log.2"]
    assert all(each.stat().st_size <= 2_000 and each.stat().st_mode & 0o777 == 0o600 for each in tmp_path.iterdir())
    written = [json.loads(line) for each in tmp_path.iterdir() for line in each.read_text().splitlines()]
    assert max(line["message"] for line in written).startswith("line 99")
    assert secret not in "".join(each.read_text() for each in tmp_path.iterdir())


def test_a_file_that_cannot_be_written_stops_the_start(start: Start, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be written"):
        start(file=tmp_path / "missing" / "x.log")


def test_masking_can_be_switched_off_for_the_log(start: Start, stream: io.StringIO, secret: str) -> None:  # S-96
    start(mask=False)
    logging.getLogger("plumbrule.x").info("password=%s", secret)
    assert secret in stream.getvalue()


def test_a_crash_is_told_through_the_masked_log(start: Start, stream: io.StringIO, secret: str) -> None:  # S-93
    def fail() -> None:
        raise RuntimeError(f"token={secret}")

    start()
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    with crashes_reported(logging.getLogger("plumbrule")):
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join(60)
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before
    assert "RuntimeError: token=***" in str(lines(stream)[0]["exception"])


def test_text_of_a_user_is_cut_at_50_characters() -> None:  # C-35
    assert len(user_text("x" * 80)) == 50
    assert user_text("short") == "short"


def test_nothing_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    pipe = configure(Masker(), "json")
    logging.getLogger("plumbrule.x").error("hello")
    pipe.close()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert '"hello"' in captured.err
