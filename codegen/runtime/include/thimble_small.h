/* THIMBLE_SMALL before a function asks for little code instead of speed: for what runs seldom or has little to do.
 * To compilers it is `cold`: loops stay as they are written, and nothing else changes. */
#ifndef THIMBLE_SMALL_H
#define THIMBLE_SMALL_H

#if defined(__GNUC__)
#define THIMBLE_SMALL __attribute__((cold, noinline))
#else
#define THIMBLE_SMALL
#endif

#endif
