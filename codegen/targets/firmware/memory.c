/* The four functions that a freestanding C compiler may call on its own (gcc manual, "Standards"). For
 * compilers whose runtime library lacks them; build it with -fno-tree-loop-distribute-patterns, or a loop here
 * becomes a call of the function that it is in. */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);

static void copy_up(uint8_t *to, const uint8_t *from, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        to[i] = from[i];
    }
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    copy_up(to, from, size);
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    uint8_t *target = to;
    const uint8_t *source = from;
    if ((uintptr_t)to <= (uintptr_t)from) {
        copy_up(target, source, size);
        return to;
    }
    while (size > 0) {
        size--;
        target[size] = source[size];
    }
    return to;
}

void *memset(void *to, int value, size_t size)
{
    uint8_t *target = to;
    for (size_t i = 0; i < size; i++) {
        target[i] = (uint8_t)value;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const uint8_t *x = a, *y = b;
    for (size_t i = 0; i < size; i++) {
        if (x[i] != y[i]) {
            return x[i] < y[i] ? -1 : 1;
        }
    }
    return 0;
}
