/* For files with functions that are written in assembly as a whole. */
#ifndef THIMBLE_NAKED_H
#define THIMBLE_NAKED_H

/* gcc does not see that the assembly reads the parameters; clang does not look. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wunused-parameter"
#endif

#endif
