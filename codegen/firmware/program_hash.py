"""What tells one program on a board from another: a hash of all of it.

The hash of the model alone would stay the same when the kernels, the firmware, the compiler or its flags
change, and a board would be taken for running what was just built.
"""

from __future__ import annotations

import hashlib


def with_program_hash(flash: bytes, model_hash: bytes) -> bytes:
    """The bytes of the flash with the SHA-256 of them all where the program has the model's; as many bytes.

    Raises ValueError where the program does not hold the model's hash exactly once.
    """
    if flash.count(model_hash) != 1:
        raise ValueError(f"the program holds the model's hash {flash.count(model_hash)} times, not once")
    return flash.replace(model_hash, hashlib.sha256(flash).digest())
