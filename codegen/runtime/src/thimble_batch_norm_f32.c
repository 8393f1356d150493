/* Portable reference of the float batch normalization, whose four constants became two. */
#include "thimble_batch_norm_f32.h"

void thimble_batch_norm_f32(const thimble_batch_norm_f32_params *p, const float *input, float *output)
{
    for (uint32_t pixel = 0; pixel < p->pixels; pixel++) {
        for (uint32_t c = 0; c < p->channels; c++) {
            *output++ = *input++ * p->factor[c] + p->offset[c];
        }
    }
}
