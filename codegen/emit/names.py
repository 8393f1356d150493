"""C identifiers from layer names."""

from __future__ import annotations

import re

#: C99 keywords, what the generated file uses itself, and functions that every compiler knows (networks name
#: layers after their functions).
_RESERVED = frozenset(
    """main abs acos acosh asin asinh atan atan2 atanh cbrt ceil cos cosh div erf erfc exp exp2 expm1 fabs
    floor fma fmax fmin fmod hypot index log log10 log1p log2 pow remainder rint round sin sinh sqrt tan tanh
    time trunc auto break case char const continue default do double else enum extern float for goto if
    inline int long register restrict return short signed sizeof static struct switch typedef union unsigned
    void volatile while arena at byte_of int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t
    uint64_t""".split()  # noqa: SIM905 - a list of quoted words reads worse
)


#: A header of one of these names would hide another: C99's own (7.1.2), Arduino's, the Pico SDK's.
_HEADERS = frozenset(
    """arduino assert complex ctype errno fenv float inttypes iso646 limits locale math pico setjmp signal
    stdarg stdbool stddef stdint stdio stdlib string tgmath time wchar wctype""".split()  # noqa: SIM905
)
_LONGEST = 40


def model_name(text: str) -> str:
    """What the global names of a model called `text` begin with; also the name of its header.

    A lower-case C identifier of at most 48 characters that hides no header of the platform and no name of
    the runtime.
    """
    name = re.sub(r"\W+", "_", text.lower(), flags=re.ASCII).strip("_")[:_LONGEST].strip("_") or "model"
    if name[0].isdigit() or name.startswith("thimble"):
        return f"model_{name}"
    return f"{name}_model" if name in _HEADERS else name


def c_names(names: tuple[str, ...], model: str = "model") -> dict[str, str]:
    """An identifier for each name, unique, and recognisable to whoever named the layers.

    None of them begins like the global names of `model`.
    """
    result: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        base = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower() or "layer"
        if base[0].isdigit() or base in _RESERVED or base.startswith((f"{model}_", "thimble_", "at_")):
            base = f"layer_{base}"
        unique, count = base, 1
        while unique in taken:
            count += 1
            unique = f"{base}_{count}"
        taken.add(unique)
        result[name] = unique
    return result
