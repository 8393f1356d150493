"""Build the image of a board: write the C project, compile, link, read the sizes from the ELF."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen.advice import what_would_help
from codegen.compiler import Compilation
from codegen.emit import model_digest, write_project
from codegen.errors import CodegenError
from codegen.firmware.elf import Elf, read_elf
from codegen.firmware.program import program_size
from codegen.firmware.program_hash import with_program_hash
from codegen.firmware.uf2 import uf2_of
from codegen.targets.board import Board
from codegen.targets.registry import find_target, memory_layout
from codegen.targets.target import LINK_FLAGS, VIRTUAL_TRANSPORT, WEIGHTS_SECTION
from codegen.toolchain import find_compiler
from codegen.toolchain.compilers import STRICT, Compiler

_WEIGHTS_SECTION = f'-DMODEL_WEIGHTS=__attribute__((section("{WEIGHTS_SECTION}")))'
_PROFILE = ("-DTHIMBLE_PROFILE",)
#: In the words of the GNU linker and of LLVM's.
_LINKER_OVERFLOW = re.compile(r"region \S+ overflowed by \d+ bytes|region \S+: overflowed by \d+ bytes")
_PRUNE = "remove more filters (structured pruning shrinks flash and SRAM), or choose a larger board"


@dataclass(frozen=True, slots=True)
class FirmwareImage:
    """A built image. Sizes in bytes; the first two are read from the linked image. For the host, the
    predictions are those of a microcontroller.
    """

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
    and ``no-profile`` before anything is built, ``compiler-failed``, ``no-compiler``, ``cannot-write``.
    """
    if compilation.options.profile:
        check_profile(compilation)
    _check_fits(compilation)
    folder = Path(folder)
    compiler = find_compiler(compilation.options.compiler, compilation.board.cpu)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".build-", dir=folder) as work:
            build = _build_program if find_target(compilation.board).layout is None else _build_image
            return build(compilation, folder, Path(work), compiler, cache)
    except OSError as error:
        raise CodegenError(
            "cannot-write", f"cannot build in {folder}: {error.strerror}", "choose another folder"
        ) from error


def check_profile(compilation: Compilation) -> None:
    """Raises CodegenError ``no-profile`` where a profiling build could count nothing."""
    if find_target(compilation.board).layout is None:
        raise CodegenError(
            "no-profile",
            f"{compilation.board.title} counts no cycles, so there is no profile of the layers",
            "profile on a microcontroller, or on virtual-pico or virtual-nano",
        )
    if not any(layer.function for layer in compilation.layers):
        raise CodegenError(
            "no-profile", "no layer of this network computes anything", "leave the profile out"
        )


def _check_fits(compilation: Compilation) -> None:
    """Where the size of code is an estimate, only what cannot fit without any code is refused."""
    doubtful = compilation.plan.flash.code_bytes if compilation.sizes_are_estimates else 0
    overflows = [o for o in compilation.plan.overflows(compilation.board) if o.over_bytes > doubtful]
    if overflows:
        over = " and ".join(f"{o.memory.value} by {o.over_bytes:,} bytes" for o in overflows)
        raise _does_not_fit(compilation, f"over {over}")


def _does_not_fit(compilation: Compilation, over: str) -> CodegenError:
    return CodegenError(
        "does-not-fit",
        f"the model does not fit on {compilation.board.title}: {over}",
        "; ".join(what_would_help(compilation)) or _PRUNE,
    )


def _build_image(
    compilation: Compilation, folder: Path, work: Path, compiler: Compiler, cache: Path | None
) -> FirmwareImage:
    write_project(compilation, work)
    target, layout = find_target(compilation.board), memory_layout(compilation.board)
    script = layout.linker_script(compilation.weights_in, target.stack_bytes)
    (work / "link.ld").write_text(script, encoding="utf-8")
    try:
        defines = _PROFILE if compilation.options.profile else ()
        link_firmware(compilation.board, compiler, sorted(work.glob("*.c")), work, cache, defines=defines)
    except CodegenError as error:
        overflow = _LINKER_OVERFLOW.search(error.what)
        if overflow is None:
            raise
        raise _does_not_fit(compilation, f"the linker says {overflow[0]}") from error
    elf = read_elf(work / "firmware.elf")
    images = _write_images(compilation, elf, work)
    for path in images:
        os.replace(path, folder / path.name)
    return FirmwareImage(
        board_id=compilation.board.id,
        elf=folder / "firmware.elf",
        image=folder / images[-1].name,
        flash_bytes=sum(s.size_bytes for s in elf.sections if s.loaded),
        sram_bytes=sum(s.size_bytes for s in elf.sections if layout.in_sram(s.address)),
        predicted_flash_bytes=compilation.plan.flash.total_bytes,
        predicted_sram_bytes=compilation.plan.sram.total_bytes,
        compiler=compiler.version,
    )


def _write_images(compilation: Compilation, elf: Elf, work: Path) -> list[Path]:
    """The linked image in the forms that the board is flashed with, the one to use last."""
    board = compilation.board
    target, layout = find_target(board), memory_layout(board)
    flat = bytearray()
    for segment in elf.segments:
        start = segment.address - layout.flash_origin
        flat.extend(b"\xff" * (start - len(flat)))
        flat[start : start + len(segment.content)] = segment.content
    written = [work / "firmware.elf", work / "firmware.bin"]
    if not board.virtual:
        hashed = with_program_hash(bytes(flat), model_digest(compilation))
        flat = bytearray(target.seal(hashed))
        _write_back(written[0], elf, flat, layout.flash_origin)
    written[1].write_bytes(flat)
    if board.flasher == "uf2":
        written.append(work / "firmware.uf2")
        written[2].write_bytes(uf2_of(bytes(flat), layout.flash_origin))
    return written


def _write_back(path: Path, elf: Elf, flat: bytearray, origin: int) -> None:
    """The sealed bytes in the ELF as well: a debugger flashes from it."""
    content = bytearray(path.read_bytes())
    for segment in elf.segments:
        start, end = segment.address - origin, segment.address - origin + len(segment.content)
        content[segment.file_offset : segment.file_offset + len(segment.content)] = flat[start:end]
    path.write_bytes(content)


def link_firmware(
    board: Board,
    compiler: Compiler,
    sources: list[Path],
    work: Path,
    cache: Path | None,
    hardware: tuple[Path, ...] = (),
    defines: tuple[str, ...] = (),
) -> None:
    """Compile `sources`, all in `work`, with the board's firmware; link by ``link.ld`` to ``firmware.elf``.

    `hardware` may stand in for the board's own: another transport, for an emulator. `defines` are flags.
    """
    target = find_target(board)
    hardware = hardware or (VIRTUAL_TRANSPORT if board.virtual else target.hardware)
    includes = [f"-I{folder}" for folder in (".", *target.include_folders)]
    compiler.run(
        [
            *STRICT,
            *includes,
            _WEIGHTS_SECTION,
            *defines,
            *(source.name for source in sources),
            *(str(source) for source in (*target.sources, *hardware, *compiler.sources)),
            *LINK_FLAGS,
            "-g",
            "-T",
            "link.ld",
            "-o",
            "firmware.elf",
            *compiler.link_flags,
        ],
        cache,
        work,
    )


def _build_program(
    compilation: Compilation, folder: Path, work: Path, compiler: Compiler, cache: Path | None
) -> FirmwareImage:
    write_project(compilation, work)
    name = "model.exe" if os.name == "nt" else "model"
    ours = sorted(source.name for source in work.glob("*.c"))
    sources = [*ours, *map(str, find_target(compilation.board).sources)]
    compiler.run([*STRICT, "-I.", *sources, "-o", name], cache, work)
    os.replace(work / name, folder / name)
    measured = program_size(folder / name)
    return FirmwareImage(
        board_id=compilation.board.id,
        elf=folder / name,
        image=folder / name,
        flash_bytes=measured.loaded_bytes,
        sram_bytes=measured.writable_bytes,
        predicted_flash_bytes=compilation.plan.flash.total_bytes,
        predicted_sram_bytes=compilation.plan.sram.total_bytes,
        compiler=compiler.version,
    )
