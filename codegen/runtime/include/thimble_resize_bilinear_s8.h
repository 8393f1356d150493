/* Bilinear resizing of an image, int8, NHWC. */
#ifndef THIMBLE_RESIZE_BILINEAR_S8_H
#define THIMBLE_RESIZE_BILINEAR_S8_H

#include <stdint.h>

typedef struct {
    uint16_t in_height, in_width, out_height, out_width, channels;
    int32_t height_step, width_step;   /* from one output to the next: pixels of the input * 1024 */
    int32_t height_start, width_start; /* where the first output lies: pixels of the input * 1024 */
} thimble_resize_bilinear_s8_params;

void thimble_resize_bilinear_s8(const thimble_resize_bilinear_s8_params *p, const int8_t *input, int8_t *output);

#endif
