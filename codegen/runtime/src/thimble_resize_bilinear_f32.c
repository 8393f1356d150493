/* Portable reference of bilinear resizing. Where nothing is needed of the next row or column, it may not
 * be there: the one before is read again. */
#include "thimble_resize_bilinear_f32.h"

void thimble_resize_bilinear_f32(const thimble_resize_bilinear_f32_params *p, const float *input, float *output)
{
    for (uint32_t y = 0; y < p->out_height; y++) {
        const float below = p->row_parts[y], above = 1.0f - below;
        const float *row = input + (uint32_t)p->rows[y] * p->in_width * p->channels;
        const uint32_t down = below > 0.0f ? (uint32_t)p->in_width * p->channels : 0u;
        for (uint32_t x = 0; x < p->out_width; x++) {
            const float right = p->column_parts[x], left = 1.0f - right;
            const float *from = row + (uint32_t)p->columns[x] * p->channels;
            const uint32_t next = right > 0.0f ? p->channels : 0u;
            for (uint32_t c = 0; c < p->channels; c++, from++) {
                *output++ = from[0] * above * left + from[next] * above * right + from[down] * below * left
                            + from[down + next] * below * right;
            }
        }
    }
}
