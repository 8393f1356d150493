"""The same program on qemu's Cortex-M4: the same outputs, and as many instructions."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from codegen.compiler import Compilation, compile_model
from codegen.emit import write_project
from codegen.firmware import build_firmware
from codegen.firmware.build import link_firmware
from codegen.targets.registry import find_target, memory_layout
from codegen.toolchain import find_compiler
from core.boards import protocol
from core.boards.protocol import Frame, FrameType
from core.boards.session import run_samples
from core.paths import cache_dir
from tests.toolchain.boards.fake_model import NANO
from tests.unit.codegen.networks import small_lenet

pytestmark = pytest.mark.toolchain

QEMU = shutil.which("qemu-system-arm")
HERE = Path(__file__).parent / "qemu"

#: One instruction takes a nanosecond of qemu's time, and its SysTick counts at 25 MHz.
INSTRUCTIONS_PER_TICK = 40
TOLERANCE = 0.005


def requests(sample: bytes) -> bytes:
    pieces = [sample[at : at + protocol.CHUNK_BYTES] for at in range(0, len(sample), protocol.CHUNK_BYTES)]
    loads = [
        Frame(FrameType.LOAD_INPUT, 10 + i, protocol.pack_load(i * protocol.CHUNK_BYTES, piece))
        for i, piece in enumerate(pieces)
    ]
    return b"".join(protocol.encode(frame) for frame in (*loads, Frame(FrameType.RUN, 1)))


def build_for_qemu(compilation: Compilation, sample: bytes, folder: Path) -> Path:
    """The Nano's firmware with another transport, and a vector table where qemu looks for one."""
    write_project(compilation, folder)
    values = ",".join(str(byte) for byte in requests(sample))
    (folder / "requests.h").write_text(
        f"#include <stdint.h>\nstatic const uint8_t requests[] = {{{values}}};\n"
    )
    target = find_target(NANO)
    script = memory_layout(NANO).linker_script(compilation.weights_in, target.stack_bytes)
    script = script.replace("MEMORY\n{", "MEMORY\n{\n    BOOT (rx) : ORIGIN = 0, LENGTH = 8", 1)
    script = script.replace("SECTIONS\n{", "SECTIONS\n{\n    .boot : { KEEP(*(.boot)) } > BOOT", 1)
    (folder / "link.ld").write_text(script)
    compiler = find_compiler("zig", NANO.cpu)
    transport = HERE / "transport_qemu.c"
    link_firmware(NANO, compiler, sorted(folder.glob("*.c")), folder, cache_dir(), (transport,))
    return folder / "firmware.elf"


@pytest.mark.skipif(QEMU is None, reason="qemu-system-arm is not installed here")
@pytest.mark.parametrize("density", [1.0, 0.05])
def test_qemu_counts_as_many_instructions(tmp_path: Path, density: float) -> None:
    compilation = compile_model(small_lenet(density), NANO)
    x = np.random.default_rng(1).integers(-128, 128, (1, 10, 10, 2), dtype=np.int8)
    elf = build_for_qemu(compilation, x.tobytes(), tmp_path / "qemu")
    command = [str(QEMU), "-M", "mps2-an386", "-icount", "shift=0", "-nographic", "-monitor", "none"]
    semihosting = ["-serial", "none", "-semihosting-config", "enable=on,target=native", "-kernel", str(elf)]
    done = subprocess.run([*command, *semihosting], capture_output=True, text=True, timeout=120, check=True)
    told = done.stdout + done.stderr
    counted = int(told[:8], 16) * INSTRUCTIONS_PER_TICK

    ours = run_samples(build_firmware(compilation, tmp_path / "ours", cache_dir()), NANO, x)
    assert told[8:].strip() == ours.outputs[0].tobytes().hex()
    assert ours.instructions is not None
    assert ours.instructions[0] == pytest.approx(counted, rel=TOLERANCE)
