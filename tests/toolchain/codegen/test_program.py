"""Programs for other computers than this one, cross-compiled, and what is read from them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from codegen.errors import CodegenError
from codegen.firmware.program import program_size

pytestmark = pytest.mark.toolchain

SOURCE = """
static volatile unsigned char zeroed[100000];
static volatile unsigned char given[50000] = {1};
const volatile unsigned char constant[30000] = {2};
int main(int count, char **arguments)
{
    (void)arguments;
    zeroed[count] = given[count] += constant[count];
    return zeroed[count];
}
"""


@pytest.mark.parametrize(
    ("target", "entry"),
    [("x86_64-linux-none", "main"), ("x86_64-windows-none", "main"), ("aarch64-macos-none", "_main")],
)
def test_variables_and_constants_are_found_in_every_format(target, entry, tmp_path):
    (tmp_path / "m.c").write_text(SOURCE)
    program = tmp_path / "m"
    command = [sys.executable, "-m", "ziglang", "cc", "-target", target, "-O1", "-ffreestanding", "-nostdlib"]
    link = [f"-Wl,-e,{entry}", str(tmp_path / "m.c"), "-o", str(program)]
    subprocess.run([*command, *link], check=True, capture_output=True)
    size = program_size(program)
    assert 150_000 <= size.writable_bytes < 151_000
    assert 80_000 <= size.loaded_bytes < 81_000


def test_something_else_is_refused(tmp_path):
    (tmp_path / "m").write_text("not a program")
    with pytest.raises(CodegenError, match="no program"):
        program_size(tmp_path / "m")
