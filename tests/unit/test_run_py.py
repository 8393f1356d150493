"""run.py: what it decides, with its commands replaced; it is loaded as a file, as it is no module."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

RUN_PY = Path(__file__).parents[2] / "run.py"


@pytest.fixture
def run_py(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The file as a module, with an environment in a temporary folder and nothing really executed."""
    spec = importlib.util.spec_from_file_location("run_py", RUN_PY)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    venv = tmp_path / ".venv"
    monkeypatch.setattr(module, "VENV", venv)
    monkeypatch.setattr(module, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(module, "STAMP", venv / "stamp")
    monkeypatch.setattr(module, "UNFINISHED", venv / "unfinished")
    return module


@pytest.fixture
def steps(run_py: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The steps that the set-up asks for; making the environment makes its files."""
    asked: list[list[str]] = []

    def step(command: list[object]) -> None:
        words = [str(word) for word in command]
        asked.append(words)
        if "venv" in words:
            run_py.PYTHON.parent.mkdir(parents=True, exist_ok=True)
            run_py.PYTHON.touch()
            version = ".".join(str(n) for n in sys.version_info[:3])
            run_py.VENV.joinpath("pyvenv.cfg").write_text(f"version = {version}\ncommand = {run_py.VENV}\n")

    monkeypatch.setattr(run_py, "step", step)
    return asked


def test_the_first_run_sets_up_and_the_second_starts_at_once(run_py, steps):
    run_py.set_up()
    assert steps[0][1:4] == ["-m", "venv", "--clear"]
    assert "constraints.txt" in steps[1]
    assert steps[2][-1] == "check"
    steps.clear()
    run_py.set_up()
    assert steps == []


def test_an_interrupted_set_up_is_repeated_from_the_start(run_py, steps, monkeypatch):
    def interrupted(command: list[object]) -> None:
        if "install" in command:
            raise KeyboardInterrupt
        whole(command)

    whole = run_py.step
    monkeypatch.setattr(run_py, "step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_py.set_up()
    assert not run_py.is_ready()
    monkeypatch.setattr(run_py, "step", whole)
    steps.clear()
    run_py.set_up()
    assert "--clear" in steps[0]
    assert run_py.is_ready()


def test_changed_pins_update_the_environment_that_is_there(run_py, steps, monkeypatch):
    run_py.set_up()
    steps.clear()
    monkeypatch.setattr(run_py, "key", lambda: "changed")
    run_py.set_up()
    assert [step[-1] for step in steps] == ["constraints.txt", "check"]


def test_an_environment_of_another_python_is_made_anew(run_py, steps):
    run_py.set_up()
    run_py.STAMP.unlink()
    run_py.VENV.joinpath("pyvenv.cfg").write_text(f"version = 3.99.0\ncommand = {run_py.VENV}\n")
    steps.clear()
    run_py.set_up()
    assert "--clear" in steps[0]


def test_missing_libraries_are_one_line_where_nobody_may_install(run_py, monkeypatch, capsys):
    monkeypatch.setattr(run_py, "missing_packages", lambda: ["libegl1", "xvfb"])
    monkeypatch.setattr(run_py, "administrator", lambda: None)
    run_py.install_libraries(needed=False)
    assert (
        capsys.readouterr().err == "Please install these system packages: sudo apt-get install libegl1 xvfb\n"
    )
    with pytest.raises(SystemExit) as stop:
        run_py.install_libraries(needed=True)
    assert stop.value.code == 1


def test_a_library_that_is_not_there_is_found_missing(run_py, monkeypatch):
    monkeypatch.setattr(run_py, "LIBRARIES", {"libno-such-thing.so.9": "libno9"})
    monkeypatch.setattr(run_py.sys, "platform", "linux")
    assert "libno9" in run_py.missing_packages()


def test_other_systems_need_no_packages(run_py, monkeypatch):
    monkeypatch.setattr(run_py.sys, "platform", "win32")
    assert run_py.missing_packages() == []


def test_compilers_for_tests_are_asked_for_and_not_needed(run_py, monkeypatch, capsys):
    monkeypatch.setattr(run_py.sys, "platform", "linux")
    monkeypatch.setattr(run_py.shutil, "which", lambda tool, path=None: None)
    run_py.install_test_tools()
    assert capsys.readouterr().err == (
        f"Some tests will be skipped without: sudo apt-get install {' '.join(run_py.TEST_TOOLS.values())}\n"
    )
    monkeypatch.setattr(run_py.shutil, "which", lambda tool, path=None: f"/usr/bin/{tool}")
    run_py.install_test_tools()
    assert capsys.readouterr().err == ""


def test_every_check_runs_and_the_closing_lines_come_last(run_py, monkeypatch, capsys):
    asked = []

    def check(name: str, command: list[str]) -> tuple[bool, str]:
        asked.append(name)
        return name != "mypy", f"{name}: closing line"

    monkeypatch.setattr(run_py, "check", check)
    assert run_py.test([]) == 1
    assert {"ruff", "format", "mypy", "imports", "pytest unit", "pytest gui", "pytest tf"} < set(asked)
    assert capsys.readouterr().out.splitlines()[-1] == "pytest tf: closing line"


def test_a_check_tells_its_last_line_and_whether_it_passed(run_py, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(run_py, "BIN", Path(sys.executable).parent)
    name = Path(sys.executable).name.removesuffix(".exe")
    passed, line = run_py.check("try", [name, "-c", "print('first'); print('== 3 passed ==')"])
    assert passed
    assert "3 passed" in line
    assert "first" in capsys.readouterr().out
    failed, line = run_py.check("try", [name, "-c", "raise SystemExit(3)"])
    assert not failed
    assert "status 3" in line


@pytest.mark.parametrize(("arguments", "status"), [([], 2), (["dance"], 2), (["--help"], 0)])
def test_usage(arguments, status):
    ended = subprocess.run(
        [sys.executable, str(RUN_PY), *arguments], capture_output=True, text=True, check=False
    )
    assert ended.returncode == status
    assert "run.py demo" in ended.stdout + ended.stderr


def test_only_the_standard_library_is_imported():
    program = (
        "import sys; before = set(sys.modules); sys.argv = ['run.py', '--help']; "
        f"exec(compile(open({str(RUN_PY)!r}, encoding='utf-8').read(), 'run.py', 'exec'), "
        "{'__name__': 'run', '__file__': 'run.py'}); "
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}; "
        "sys.exit(', '.join(new - sys.stdlib_module_names) or 0)"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
