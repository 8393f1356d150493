"""What a Pi is: asked of its own Python, with nothing installed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from core.errors import ThimbleError
from core.pi.connection import PiConnection

#: For Python 3 of any age; prints the fields of `PiFacts`.
SCRIPT = """
import importlib.util, json, os, platform, struct, sys
def text(path):
    try:
        with open(path, errors="replace") as file:
            return file.read().strip("\\0\\n ")
    except OSError:
        return ""
system = dict(line.split("=", 1) for line in text("/etc/os-release").splitlines() if "=" in line)
cpu = [line.split(":", 1) for line in text("/proc/cpuinfo").splitlines() if line.startswith("Model\\t")]
print(json.dumps({
    "model": text("/proc/device-tree/model") or (cpu[0][1].strip() if cpu else ""),
    "system": system.get("PRETTY_NAME", platform.platform()).strip('"'),
    "machine": platform.machine(),
    "bits": struct.calcsize("P") * 8,
    "python": list(sys.version_info[:3]),
    "libc": list(platform.libc_ver()),
    "has_venv": all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")),
    "cores": os.cpu_count() or 1,
    "governor": text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
}))
"""


@dataclass(frozen=True, slots=True)
class PiFacts:
    """`bits` are those of its Python (a 64-bit kernel may carry a 32-bit system), `libc` name and version."""

    model: str
    system: str
    machine: str
    bits: int
    python: tuple[int, int, int]
    libc: tuple[str, str]
    has_venv: bool
    cores: int
    governor: str

    @property
    def title(self) -> str:
        """What it calls itself; a computer that is no Pi has no such name."""
        return self.model or f"{self.machine} computer"

    @property
    def python_words(self) -> str:
        return ".".join(map(str, self.python))

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "python": self.python_words, "libc": " ".join(self.libc).strip()}


def survey(connection: PiConnection) -> PiFacts:
    """Raises ThimbleError ``pi-no-python``, or what the connection does."""
    answer = connection.run_python(SCRIPT)
    if not answer.done:
        raise ThimbleError(
            "pi-no-python",
            f"python3 does not run on {connection.address.host}: {answer.last_words}",
            "install it there: `sudo apt install python3 python3-venv`",
        )
    try:
        told = json.loads(answer.stdout.splitlines()[-1])
        major, minor, patch = told.pop("python")
        name, version = told.pop("libc")
        return PiFacts(**told, python=(major, minor, patch), libc=(name, version))
    except (ValueError, TypeError, IndexError) as error:
        raise ThimbleError(
            "pi-no-python",
            f"{connection.address.host} answers otherwise than expected: {answer.last_words}",
            "check that its login shell prints nothing by itself (~/.bashrc, ~/.profile)",
        ) from error
