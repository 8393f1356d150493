/* Trigonometric functions of radians and their inverses, exact to some units in the last place for every
 * float, large ones included; the same on every CPU. Not a number where they have no value. */
#ifndef THIMBLE_TRIGONOMETRY_H
#define THIMBLE_TRIGONOMETRY_H

#include <stdint.h>

float thimble_math_sin(float x);
float thimble_math_cos(float x);
float thimble_math_tan(float x);
float thimble_math_asin(float x);
float thimble_math_acos(float x);
float thimble_math_atan(float x);

/* x = quarters pi / 2 + what is returned, which is from -pi / 4 to pi / 4; x is finite. Of the quarters the
 * lowest two bits count. */
float thimble_math_quarter_turns(float x, uint32_t *quarters);

#endif
