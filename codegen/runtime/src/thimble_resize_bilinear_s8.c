/* Portable reference of bilinear resizing with 10 fractional bits, as the TFLite reference kernel does it. */
#include "thimble_resize_bilinear_s8.h"

#define ONE (INT32_C(1) << 10)

/* The two pixels around a place, and the weight of the second; both weights are ONE together. */
typedef struct {
    int32_t first, second, weight;
} place;

static place around(int32_t at, int32_t size)
{
    place result;
    const int32_t last = size - 1, above = at > 0 ? (at + ONE - 1) / ONE : 0;
    result.first = at > 0 ? at / ONE : 0;
    result.second = above < last ? above : last;
    result.weight = at - result.first * ONE;
    return result;
}

void thimble_resize_bilinear_s8(const thimble_resize_bilinear_s8_params *p, const int8_t *input, int8_t *output)
{
    for (int32_t oy = 0; oy < p->out_height; oy++) {
        const place y = around(p->height_start + oy * p->height_step, p->in_height);
        const int8_t *top = input + y.first * p->in_width * p->channels;
        const int8_t *bottom = input + y.second * p->in_width * p->channels;
        for (int32_t ox = 0; ox < p->out_width; ox++) {
            const place x = around(p->width_start + ox * p->width_step, p->in_width);
            const int32_t left = x.first * p->channels, right = x.second * p->channels;
            for (int32_t c = 0; c < p->channels; c++) {
                const int32_t above = top[left + c] * (ONE - x.weight) + top[right + c] * x.weight;
                const int32_t below = bottom[left + c] * (ONE - x.weight) + bottom[right + c] * x.weight;
                const int32_t sum = above * (ONE - y.weight) + below * y.weight;
                *output++ = (int8_t)((sum + (sum > 0 ? ONE * ONE / 2 : -(ONE * ONE / 2))) / (ONE * ONE));
            }
        }
    }
}
