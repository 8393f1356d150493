"""Build the image of a board: write the C project, compile, link, read the sizes from the ELF."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen.compiler import Compilation
from codegen.emit import write_project
from codegen.errors import CodegenError
from codegen.firmware.elf import read_elf
from codegen.targets.pico import linker_script as pico
from codegen.toolchain import find_compiler
from codegen.toolchain.compilers import STRICT, Compiler

_WEIGHTS_SECTION = '-DMODEL_WEIGHTS=__attribute__((section(".model_weights")))'
_FLASH_START = 0x1000_0000
_RAM_START = 0x2000_0000
_RAM_END = 0x3000_0000


@dataclass(frozen=True, slots=True)
class FirmwareImage:
    """A built image. Sizes in bytes; the first two are read from the linked ELF."""

    board_id: str
    elf: Path
    image: Path
    flash_bytes: int
    sram_bytes: int
    predicted_flash_bytes: int
    predicted_sram_bytes: int
    compiler: str

    def to_json(self) -> dict[str, Any]:
        """The fields of ``thimble build --json``."""
        return {
            "elf": str(self.elf),
            "image": str(self.image),
            "flash_bytes": self.flash_bytes,
            "sram_bytes": self.sram_bytes,
            "predicted_flash_bytes": self.predicted_flash_bytes,
            "predicted_sram_bytes": self.predicted_sram_bytes,
            "compiler": self.compiler,
        }


def build_firmware(compilation: Compilation, folder: Path | str, cache: Path | None = None) -> FirmwareImage:
    """Compile and link for the compilation's board into `folder` (created).

    `cache` is a folder for what the compiler keeps between builds. Raises CodegenError: ``does-not-fit``
    before anything is built, ``compiler-failed``, ``no-compiler``, ``cannot-write``.
    """
    _check_fits(compilation)
    folder = Path(folder)
    compiler = find_compiler(compilation.options.compiler, compilation.board.cpu)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".build-", dir=folder) as work:
            return _TARGETS[compilation.board.target](compilation, folder, Path(work), compiler, cache)
    except OSError as error:
        raise CodegenError(
            "cannot-write", f"cannot build in {folder}: {error.strerror}", "choose another folder"
        ) from error


def _check_fits(compilation: Compilation) -> None:
    overflows = compilation.plan.overflows(compilation.board)
    if overflows:
        over = " and ".join(f"{o.memory.value} by {o.over_bytes:,} bytes" for o in overflows)
        raise CodegenError(
            "does-not-fit",
            f"the model does not fit on {compilation.board.title}: over {over}",
            "remove more filters (structured pruning shrinks flash and SRAM), or choose a larger board",
        )


def _pico(
    compilation: Compilation, folder: Path, work: Path, compiler: Compiler, cache: Path | None
) -> FirmwareImage:
    write_project(compilation, work)
    (work / "link.ld").write_text(pico.linker_script(compilation.weights_in), encoding="utf-8")
    link_pico(compiler, sorted(work.glob("*.c")), work, cache)
    elf = read_elf(work / "firmware.elf")
    flat = bytearray()
    for segment in elf.segments:
        start = segment.address - _FLASH_START
        flat.extend(b"\xff" * (start - len(flat)))
        flat[start : start + len(segment.content)] = segment.content
    (work / "firmware.bin").write_bytes(flat)
    for name in ("firmware.elf", "firmware.bin"):
        os.replace(work / name, folder / name)
    return FirmwareImage(
        board_id=compilation.board.id,
        elf=folder / "firmware.elf",
        image=folder / "firmware.bin",
        flash_bytes=sum(s.size_bytes for s in elf.sections if s.loaded),
        sram_bytes=sum(s.size_bytes for s in elf.sections if _RAM_START <= s.address < _RAM_END),
        predicted_flash_bytes=compilation.plan.flash.total_bytes,
        predicted_sram_bytes=compilation.plan.sram.total_bytes,
        compiler=compiler.version,
    )


def link_pico(compiler: Compiler, sources: list[Path], work: Path, cache: Path | None) -> None:
    """Compile `sources` with the firmware and link them to ``firmware.elf`` in `work`."""
    includes = [f"-I{folder}" for folder in (work, *pico.INCLUDE_FOLDERS)]
    compiler.run(
        [
            *STRICT,
            *includes,
            _WEIGHTS_SECTION,
            *(str(s) for s in (*sources, *pico.VIRTUAL_SOURCES)),
            *pico.LINK_FLAGS,
            "-g",
            "-T",
            str(work / "link.ld"),
            "-o",
            str(work / "firmware.elf"),
        ],
        cache,
    )


def _host(
    compilation: Compilation, folder: Path, work: Path, compiler: Compiler, cache: Path | None
) -> FirmwareImage:
    write_project(compilation, work)
    main = Path(__file__).parent.parent / "targets" / "host" / "main.c"
    name = "model.exe" if os.name == "nt" else "model"
    sources = [str(s) for s in (*sorted(work.glob("*.c")), main)]
    compiler.run([*STRICT, f"-I{work}", *sources, "-o", str(work / name)], cache)
    os.replace(work / name, folder / name)
    return FirmwareImage(
        board_id=compilation.board.id,
        elf=folder / name,
        image=folder / name,
        flash_bytes=(folder / name).stat().st_size,
        sram_bytes=compilation.plan.sram.total_bytes,
        predicted_flash_bytes=compilation.plan.flash.total_bytes,
        predicted_sram_bytes=compilation.plan.sram.total_bytes,
        compiler=compiler.version,
    )


_TARGETS: dict[str, Callable[[Compilation, Path, Path, Compiler, Path | None], FirmwareImage]] = {
    "pico": _pico,
    "host": _host,
}
