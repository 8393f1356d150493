"""Hooks of unicorn that are functions in C, and what of unicorn they may call."""

from __future__ import annotations

import ctypes

import unicorn
from unicorn.unicorn_py3 import unicorn as binding

#: To unicorn: the first address is above the last.
_EVERYWHERE = (1, 0)


def add_c_hook(
    engine: unicorn.Uc, kind: int, function: int, user_data: int, addresses: tuple[int, int] = _EVERYWHERE
) -> int:
    """Added below the Python binding, which knows Python functions only. Its handle.

    Raises unicorn.UcError.
    """
    handle = ctypes.c_size_t()
    status = binding.uclib.uc_hook_add(
        engine._uch,
        ctypes.byref(handle),
        kind,
        ctypes.c_void_p(function),
        ctypes.c_void_p(user_data),
        ctypes.c_uint64(addresses[0]),
        ctypes.c_uint64(addresses[1]),
    )
    if status != unicorn.UC_ERR_OK:
        raise unicorn.UcError(status)
    return handle.value


def remove_c_hook(engine: unicorn.Uc, handle: int) -> None:
    """When the run that goes on is over. Raises unicorn.UcError."""
    status = binding.uclib.uc_hook_del(engine._uch, ctypes.c_size_t(handle))
    if status != unicorn.UC_ERR_OK:
        raise unicorn.UcError(status)


def function_of_unicorn(name: str) -> int:
    """The address of a function of unicorn's C interface."""
    return ctypes.cast(getattr(binding.uclib, name), ctypes.c_void_p).value or 0
