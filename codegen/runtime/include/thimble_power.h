/* Powers and remainders of floats, the same on every CPU. */
#ifndef THIMBLE_POWER_H
#define THIMBLE_POWER_H

/* x to the power of y, with a relative error below 1e-5; as C's pow for zeros, infinities and what is no
 * number. */
float thimble_math_power(float x, float y);

/* What is left of x after as many y as fit into it, exactly, with the sign of x (C's fmod). */
float thimble_math_remainder(float x, float y);

#endif
