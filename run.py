#!/usr/bin/env python3
"""Sets Thimble up beside this file and starts it, with nothing but Python's standard library.

    python3 run.py demo [options]   the main job on what is built in: no board and no network needed
    python3 run.py app              the window
    python3 run.py test [options]   every check and test; with options, pytest alone with them
    python3 run.py setup            the set-up alone

On Windows: py run.py ... The first run makes .venv and installs the versions pinned in constraints.txt;
later runs start at once. Messages of the set-up go to stderr.
"""

import sys

if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit(
        "error: Thimble needs Python 3.11, 3.12 or 3.13, this is %d.%d\n"  # noqa: UP031 - old Pythons read it
        "hint: install one of them and start this file with it, for example: python3.11 run.py demo"
        % sys.version_info[:2]
    )

import ctypes
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
EXE = ".exe" if os.name == "nt" else ""
PYTHON = BIN / f"python{EXE}"
STAMP = VENV / "thimble-set-up.sha256"
UNFINISHED = VENV / "thimble-set-up.unfinished"

# What Qt loads for a window and for drawing off screen, and the Debian packages that hold it.
LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}

# What some tests need and skip without, and the Debian packages that hold it.
TEST_TOOLS = {
    "arm-none-eabi-gcc": "gcc-arm-none-eabi",
    "qemu-system-arm": "qemu-system-arm",
    "node": "nodejs",
    "npm": "npm",
    "sshd": "openssh-server",
}
# sshd lies where only an administrator's PATH looks.
SEARCHED = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"])
# An emulator of the RP2040 with its USB controller, from the npm registry (MIT license).
RP2040JS = "rp2040js@1.4.1"

TIERS = {
    "unit": ["tests/unit", "tests/fuzz", "-n", "2"],
    "toolchain": ["tests/toolchain", "-n", "2", "--dist", "loadfile"],
    "gui": ["tests/gui", "-n", "2"],
    "tf": ["tests/tf", "-n", "2", "--dist", "loadfile"],
}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


# --- system libraries


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_packages() -> list[str]:
    """The Debian packages without which the environment, the window or its tests cannot work."""
    if not sys.platform.startswith("linux"):
        return []
    missing = [package for library, package in LIBRARIES.items() if not loads(library)]
    if not shutil.which("Xvfb"):
        missing.append("xvfb")
    if not importlib.util.find_spec("ensurepip"):
        missing.append(f"python3.{sys.version_info[1]}-venv")
    return missing


def administrator() -> list[str] | None:
    """What to write before a command so that it runs as root, or None where that takes a password."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n"]
    return None


def install(packages: list[str]) -> None:
    """Install these Debian packages where that takes no password; whether it worked shows afterwards."""
    root = administrator() if shutil.which("apt-get") else None
    if root is None:
        return
    say(f"Installing system packages: {' '.join(packages)}")
    options = ["-q", "-o", "DPkg::Lock::Timeout=300"]
    apt = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *options]
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        subprocess.run([*apt, *command], stdout=sys.stderr, check=False)


def missing_tools() -> list[str]:
    """The Debian packages of the compilers that tests skip without."""
    if not sys.platform.startswith("linux"):
        return []
    return [package for tool, package in TEST_TOOLS.items() if not shutil.which(tool, path=SEARCHED)]


def install_test_tools() -> None:
    """Install them, or say in one line what to install to have all tests run."""
    if missing_tools():
        install(missing_tools())
    if missing_tools():
        say(f"Some tests will be skipped without: sudo apt-get install {' '.join(missing_tools())}")


def install_rp2040js() -> None:
    """Beside the environment, or say that its tests will be skipped. Needs npm."""
    folder, npm = VENV / "rp2040js", shutil.which("npm")
    if npm is None or (folder / "node_modules").is_dir():
        return
    command = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), RP2040JS]
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode:
        say(f"The tests of the real Pico firmware will be skipped: npm could not install {RP2040JS}")


def install_libraries(needed: bool) -> None:
    """Install what is missing with apt, or say in one line what to install; stop there if it is `needed`."""
    missing = missing_packages()
    if not missing:
        return
    install(missing)
    missing = missing_packages()
    if missing:
        say(f"Please install these system packages: sudo apt-get install {' '.join(missing)}")
        if needed or any(package.endswith("-venv") for package in missing):
            sys.exit(1)


# --- the environment


def key() -> str:
    """Changes when the environment has to be brought up to date."""
    parts = [sys.version, str(ROOT)]
    parts += [(ROOT / name).read_text(encoding="utf-8") for name in ("pyproject.toml", "constraints.txt")]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def is_ready() -> bool:
    return STAMP.is_file() and PYTHON.exists() and STAMP.read_text(encoding="utf-8") == key()


def is_usable() -> bool:
    """Whether the environment was made by this Python, in this place, and not left half done."""
    if UNFINISHED.exists() or not PYTHON.exists():
        return False
    made = (VENV / "pyvenv.cfg").read_text(encoding="utf-8")
    return f"version = {platform.python_version()}" in made and str(VENV) in made


def set_up() -> None:
    """Make .venv and install everything, unless that is done. What was interrupted is done again."""
    if is_ready():
        return
    say("Setting up .venv: about 3 GB, a few minutes, once.")
    STAMP.unlink(missing_ok=True)
    if not is_usable():
        step([sys.executable, "-m", "venv", "--clear", VENV])
    UNFINISHED.touch()
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    step([*pip, "install", "-e", ".[dev]", "-c", "constraints.txt"])
    step([*pip, "check"])
    STAMP.write_text(key(), encoding="utf-8")
    UNFINISHED.unlink()
    say("The environment is ready.")


def step(command: list[object]) -> None:
    status = subprocess.run([str(part) for part in command], cwd=ROOT, stdout=sys.stderr).returncode
    if status:
        say(f"error: the set-up failed at: {' '.join(str(part) for part in command)}")
        say("hint: read what is printed above, check the network and the free space, and start this again")
        sys.exit(1)


# --- what is started


def start(arguments: list[str]) -> int:
    """Run `thimble` in the user's own folder, so that paths mean what the user wrote."""
    command = [str(BIN / f"thimble{EXE}"), *arguments]
    if os.name == "posix":
        os.execv(command[0], command)
    return subprocess.run(command).returncode


def check(name: str, command: list[str]) -> tuple[bool, str]:
    """Run one check with its output shown. Returns whether it passed and its closing line."""
    say(f"\n=== {name}: {' '.join(command)}")
    begun, last = time.monotonic(), ""
    tool = [str(BIN / f"{command[0]}{EXE}"), *command[1:]]
    with subprocess.Popen(
        tool, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
    ) as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            last = line.strip() or last
    passed = process.returncode == 0
    verdict = "passed" if passed else f"FAILED with status {process.returncode}"
    return passed, f"{name:<14} {verdict} in {time.monotonic() - begun:.0f} s: {last.strip('= ')}"


def test(arguments: list[str]) -> int:
    """Every check, then pytest tier by tier; a failure does not keep the others from running."""
    if arguments:
        return subprocess.run([str(BIN / f"pytest{EXE}"), *arguments], cwd=ROOT).returncode
    checks = {
        "ruff": ["ruff", "check", "."],
        "format": ["ruff", "format", "--check", "."],
        "mypy": ["mypy"],
        "imports": ["lint-imports"],
    }
    checks |= {f"pytest {tier}": ["pytest", *options] for tier, options in TIERS.items()}
    results = [check(name, command) for name, command in checks.items()]
    print("\n" + "\n".join(line for _, line in results), flush=True)
    return 0 if all(passed for passed, _ in results) else 1


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "demo": lambda arguments: start(["demo", *arguments]),
    "test": test,
    "app": start,
    "setup": lambda _: 0,
}


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in COMMANDS:
        asked = arguments and arguments[0] in ("-h", "--help")
        print(__doc__.strip(), file=sys.stdout if asked else sys.stderr)
        return 0 if asked else 2
    command, *rest = arguments
    install_libraries(needed=command in ("app", "test"))
    if command == "test":
        install_test_tools()
    set_up()
    if command == "test":
        install_rp2040js()
    return COMMANDS[command](rest)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
