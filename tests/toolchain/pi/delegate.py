"""The delegate of `delegate.c`, compiled with some of its faults."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

GCC = shutil.which("gcc")
#: What Arm NN's own library is called.
DELEGATE = "libarmnnDelegate.so"
_FLAGS = "-std=c11 -Wall -Wextra -Werror -Wno-unused-parameter -O1 -shared -fPIC"

#: Faults to library.
Build = Callable[..., Path]


def build_delegate(folder: Path, compiler: tuple[str, ...], *faults: str) -> Path:
    library = folder / DELEGATE
    source = Path(__file__).with_name("delegate.c")
    named = (f"-D{fault}" for fault in faults)
    subprocess.run([*compiler, *_FLAGS.split(), *named, str(source), "-o", str(library), "-lm"], check=True)
    return library
