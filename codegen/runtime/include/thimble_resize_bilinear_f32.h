/* An image in another size, each element between the four around its place; float. */
#ifndef THIMBLE_RESIZE_BILINEAR_F32_H
#define THIMBLE_RESIZE_BILINEAR_F32_H

#include <stdint.h>

typedef struct {
    const uint16_t *rows, *columns;           /* the row above and the column to the left of each output */
    const float *row_parts, *column_parts;    /* and how far it is from there to the next, 0 to below 1 */
    uint16_t in_width, out_height, out_width, channels;
} thimble_resize_bilinear_f32_params;

void thimble_resize_bilinear_f32(const thimble_resize_bilinear_f32_params *p, const float *input, float *output);

#endif
