/* Requantization with any scale, where speed does not matter: all outputs at once are scaled elsewhere. */
#include "thimble_sparse_scale.h"
#include "thimble_requantize.h"

int8_t thimble_sparse_scale(const thimble_sparse_output *o, int32_t sum, const int32_t *scaling)
{
    const int32_t total = sum + scaling[0], shift = o->split ? -(scaling[2] & 255) : scaling[2];
    const int32_t y = o->rounding == THIMBLE_ROUND_TWICE ? thimble_requantize_twice(total, scaling[1], shift)
                                                         : thimble_requantize_once(total, scaling[1], shift);
    return thimble_clamp_s8(y + o->output_zero, o->output_min, o->output_max);
}
