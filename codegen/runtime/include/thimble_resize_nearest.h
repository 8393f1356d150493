/* An image in another size, each element the nearest; elements of any type are moved as bytes. */
#ifndef THIMBLE_RESIZE_NEAREST_H
#define THIMBLE_RESIZE_NEAREST_H

#include <stdint.h>

typedef struct {
    const uint16_t *rows, *columns; /* where each row and column of the output is in the input */
    uint32_t pixel_bytes;           /* channels times bytes of one */
    uint16_t in_width, out_height, out_width;
} thimble_resize_nearest_params;

void thimble_resize_nearest(const thimble_resize_nearest_params *p, const void *input, void *output);

#endif
