"""The contract of every command: exit statuses, words on stderr, purity of stdout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.cli import entry
from core.cli.command import Command
from core.cli.commands import COMMANDS
from core.cli.jobs import JobCrashed

PROJECT = Path(__file__).parents[3]
PROMISED = {
    "demo", "zoo", "inspect", "compress", "recipes", "evaluate", "sweep", "plan", "generate", "build", "run",
    "devices", "deploy", "bench", "report", "sensitivity", "data", "pi",
}  # fmt: skip


def test_every_promised_command_is_there():
    assert {command.name for command in COMMANDS} == PROMISED


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("no-such-command",),
        ("plan",),
        ("plan", "model.tflite"),
        ("zoo", "--no-such-option"),
        ("bench", "model.tflite", "--board", "host", "--runs", "0"),
        ("bench", "model.tflite", "--board", "host", "--runs", "many"),
        ("bench", "model.tflite", "--board", "host", "--windows", "0"),
        ("bench", "model.tflite", "--board", "host", "--windows", "--window-s", "-1"),
        ("bench", "model.tflite", "--board", "host", "--windows", "--window-s", "nan"),
        ("sensitivity", "m.keras", "--data", "digits", "--out", "x", "--seed", "-1"),
        ("sensitivity", "m.keras", "--data", "digits", "--out", "x", "--seed", "4294967296"),
    ],
)
def test_wrong_usage_is_status_2(thimble, arguments):
    ended = thimble(*arguments)
    assert ended.status == 2
    assert "usage:" in ended.err
    assert ended.out == ""


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_help(thimble, command):
    ended = thimble(command.name, "--help")
    assert ended.status == 0
    assert "--json" in ended.out


def test_the_version_is_told(thimble):
    assert thimble("--version").out.startswith("thimble ")


def one_command(monkeypatch: pytest.MonkeyPatch, run) -> None:
    """Puts a command in the place of all others."""
    monkeypatch.setattr(entry, "COMMANDS", (Command("try", "for a test", lambda parser: None, run),))


def failing(error: BaseException):
    def run(arguments, terminal):
        raise error

    return run


def test_an_unexpected_error_is_words_and_a_log(thimble, monkeypatch, tmp_path):
    one_command(monkeypatch, failing(ZeroDivisionError("by zero")))
    ended = thimble("try")
    assert ended.status == 1
    assert "error: ZeroDivisionError: by zero" in ended.err
    assert "Traceback" not in ended.err
    logs = list((tmp_path / "cache" / "logs").iterdir())
    assert len(logs) == 1
    assert str(logs[0]) in ended.err
    assert "Traceback" in logs[0].read_text()


def test_a_crashed_worker_is_words_and_its_traceback_a_log(thimble, monkeypatch, tmp_path):
    one_command(monkeypatch, failing(JobCrashed("the background process ended (SIGKILL)", "what it said")))
    ended = thimble("try")
    assert ended.status == 1
    assert "error: the background process ended (SIGKILL)" in ended.err
    (log,) = (tmp_path / "cache" / "logs").iterdir()
    assert log.read_text() == "what it said"


def test_an_interrupt_is_status_130(thimble, monkeypatch):
    one_command(monkeypatch, failing(KeyboardInterrupt()))
    ended = thimble("try")
    assert ended.status == 130
    assert "Traceback" not in ended.err


def test_json_stays_pure_when_a_library_prints(thimble, monkeypatch):
    def run(arguments, terminal):
        print("noise from a library")
        terminal.as_json = True
        terminal.result({"loss": float("nan"), "sizes": (1, 2)}, lambda console: None)
        print("more noise")

    one_command(monkeypatch, run)
    ended = thimble("try")
    assert ended.json == {"loss": None, "sizes": [1, 2]}
    assert "noise from a library" in ended.err


def test_importing_the_command_line_imports_nothing_heavy():
    program = (
        "import sys, core.cli; "
        "heavy = {'tensorflow', 'keras', 'sklearn', 'PySide6', 'matplotlib', 'numpy'}; "
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr


def test_commands_that_need_no_tensorflow_do_not_import_it(tmp_path):
    program = (
        "import sys; from core.cli import main; "
        "assert main(['zoo']) == main(['recipes']) == main(['devices']) == 0; "
        "assert main(['plan', 'resources/models/lenet-digits.keras', '--board', 'virtual-pico']) == 0; "
        "assert main(['inspect', 'resources/models/lenet-digits.keras']) == 0; "
        "sys.exit(', '.join({'tensorflow', 'keras', 'PySide6'} & set(sys.modules)) or 0)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
