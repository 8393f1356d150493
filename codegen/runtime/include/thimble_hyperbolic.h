/* Hyperbolic functions and their inverses, exact to some units in the last place; the same on every CPU. Not
 * a number where they have no value. */
#ifndef THIMBLE_HYPERBOLIC_H
#define THIMBLE_HYPERBOLIC_H

float thimble_math_sinh(float x);
float thimble_math_cosh(float x);
float thimble_math_asinh(float x);
float thimble_math_acosh(float x);
float thimble_math_atanh(float x);

#endif
