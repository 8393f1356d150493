/* The mathematical functions that the float kernels need, the same on every CPU and with every compiler:
 * freestanding C has no math.h. Errors are below 4 units in the last place. */
#ifndef THIMBLE_MATH_H
#define THIMBLE_MATH_H

#include <stdint.h>

float thimble_math_exp(float x);  /* infinity from 88.73 on, 0 below -87.4 */
float thimble_math_log(float x);  /* natural; -infinity for 0, not a number below */
float thimble_math_sqrt(float x); /* not a number below 0 */
float thimble_math_tanh(float x);
float thimble_math_erf(float x);  /* absolute error below 1e-6 */

static inline float thimble_clamp_f32(float x, float low, float high)
{
    return x < low ? low : x > high ? high : x;
}

/* Clamps from `output` to `end` in place, unless these are the ends of all floats. */
static inline void thimble_clamp_all_f32(float *output, const float *end, float low, float high)
{
    const float largest = 3.402823466e+38f;
    if (low > -largest || high < largest) {
        for (; output != end; output++) {
            *output = thimble_clamp_f32(*output, low, high);
        }
    }
}

#endif
