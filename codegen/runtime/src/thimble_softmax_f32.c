/* Portable reference of the float softmax. */
#include "thimble_softmax_f32.h"
#include "thimble_math.h"

void thimble_softmax_f32(const thimble_softmax_f32_params *p, const float *input, float *output)
{
    for (uint32_t row = 0; row < p->rows; row++, input += p->columns, output += p->columns) {
        float largest = input[0], sum = 0.0f;
        for (uint32_t i = 1; i < p->columns; i++) {
            largest = input[i] > largest ? input[i] : largest;
        }
        for (uint32_t i = 0; i < p->columns; i++) {
            output[i] = thimble_math_exp((input[i] - largest) * p->beta);
            sum += output[i];
        }
        for (uint32_t i = 0; i < p->columns; i++) {
            output[i] /= sum;
        }
    }
}
