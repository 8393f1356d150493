"""Programs on boards are told apart by all of their bytes."""

from __future__ import annotations

import pytest

from codegen.firmware.program_hash import with_program_hash

MODEL = bytes(range(32))
CODE = b"\xaa" * 64


def _hash_in(flash: bytes) -> bytes:
    return flash[len(CODE) : len(CODE) + 32]


def test_the_same_program_has_the_same_hash_and_no_byte_more() -> None:
    flash = CODE + MODEL + b"kernels"
    made = with_program_hash(flash, MODEL)
    assert made == with_program_hash(flash, MODEL)
    assert (len(made), made[:64], made[96:]) == (len(flash), CODE, b"kernels")
    assert _hash_in(made) != MODEL


def test_other_kernels_around_the_same_model_give_another_hash() -> None:
    one, other = (with_program_hash(CODE + MODEL + kernels, MODEL) for kernels in (b"zig", b"gcc"))
    assert _hash_in(one) != _hash_in(other)


@pytest.mark.parametrize("flash", [CODE, MODEL + CODE + MODEL])
def test_a_program_without_one_place_for_the_hash_is_an_error(flash: bytes) -> None:
    with pytest.raises(ValueError, match="times, not once"):
        with_program_hash(flash, MODEL)
