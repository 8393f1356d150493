/* Two inputs of different shapes walked together: a step along an axis that an input lacks is 0. */
#ifndef THIMBLE_BROADCAST_H
#define THIMBLE_BROADCAST_H

#include <stdint.h>

/* The output is `rows` rows of `count[3]` elements; the rows are counted by the first three axes. */
typedef struct {
    uint32_t rows;
    int32_t a_step[4], b_step[4]; /* elements from one index to the next, an axis; 0 where it is repeated */
    uint32_t count[4];
} thimble_broadcast;

/* Where a row starts: element offsets in both inputs. Begin with {0}. */
typedef struct {
    int32_t a, b;
    uint32_t index[3];
} thimble_row;

static inline void thimble_next_row(const thimble_broadcast *s, thimble_row *row)
{
    for (int axis = 2; axis >= 0; axis--) {
        row->a += s->a_step[axis];
        row->b += s->b_step[axis];
        if (++row->index[axis] < s->count[axis]) {
            return;
        }
        row->index[axis] = 0;
        row->a -= s->a_step[axis] * (int32_t)s->count[axis];
        row->b -= s->b_step[axis] * (int32_t)s->count[axis];
    }
}

#endif
