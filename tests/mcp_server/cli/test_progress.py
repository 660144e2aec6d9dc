"""Progress is one line that comes late, keeps its rate, fits the terminal, and is wiped off."""

import os

import click
import pytest

from plumbrule.mcp_server.cli.flags import Flags
from plumbrule.mcp_server.cli.progress import ProgressLine, progress_line


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_a_fast_command_shows_none(capsys: pytest.CaptureFixture[str]) -> None:
    line = ProgressLine(Clock())
    await line.report(1, 2, "reading")
    line.close()
    assert capsys.readouterr().err == ""


async def test_a_slow_one_shows_share_and_words_and_wipes_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    clock = Clock()
    line = ProgressLine(clock)
    clock.now += 1
    await line.report(1, 4, "reading \x1b[31m" + "x" * 100)
    shown = capsys.readouterr().err
    assert shown.startswith("\r\x1b[2K25% reading ")
    assert len(shown.removeprefix("\r\x1b[2K")) < 30
    assert "\x1b[31m" not in shown
    await line.report(2, 4, "too soon")
    assert capsys.readouterr().err == ""
    line.close()
    assert capsys.readouterr().err == "\r\x1b[2K"


def test_without_a_terminal_or_when_quiet_there_is_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    ctx = click.Context(click.Command("x"), obj=Flags())
    assert progress_line(ctx) is None
    main, other = os.openpty()
    with os.fdopen(other, "w") as terminal:
        monkeypatch.setattr("sys.stderr", terminal)
        assert progress_line(ctx) is not None
        assert progress_line(click.Context(click.Command("x"), obj=Flags(quiet=True))) is None
    os.close(main)
