/* Portable reference of the float matrix product. */
#include "thimble_mat_mul_f32.h"

static float *product(const thimble_mat_mul_f32_params *p, const float *a, const float *b, float *output)
{
    for (uint32_t r = 0; r < p->rows; r++) {
        for (uint32_t c = 0; c < p->columns; c++) {
            const float *x = a + r * p->a_row, *y = b + c * p->b_column;
            float sum = 0.0f;
            for (uint32_t n = 0; n < p->inner; n++) {
                sum += *x * *y;
                x += p->a_inner;
                y += p->b_inner;
            }
            *output++ = sum;
        }
    }
    return output;
}

void thimble_mat_mul_f32(const thimble_mat_mul_f32_params *p, const float *a, const float *b, float *output)
{
    for (uint32_t i = 0; i < p->count[0]; i++) {
        for (uint32_t j = 0; j < p->count[1]; j++) {
            for (uint32_t k = 0; k < p->count[2]; k++) {
                output = product(
                    p, a + i * p->a_step[0] + j * p->a_step[1] + k * p->a_step[2],
                    b + i * p->b_step[0] + j * p->b_step[1] + k * p->b_step[2], output);
            }
        }
    }
}
