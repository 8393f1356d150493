/* For functions that are written in assembly as a whole: THIMBLE_NAKED before `static`. */
#ifndef THIMBLE_NAKED_H
#define THIMBLE_NAKED_H

#if defined(__GNUC__) && !defined(__clang__)
/* gcc does not see what the assembly reads: it would call the parameters unused and, without `noipa`, leave out
 * the stores to memory that only such a function reads. */
#pragma GCC diagnostic ignored "-Wunused-parameter"
#define THIMBLE_NAKED __attribute__((naked, noinline, noipa))
#else
#define THIMBLE_NAKED __attribute__((naked, noinline))
#endif

#endif
