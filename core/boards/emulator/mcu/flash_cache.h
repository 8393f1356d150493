/* The cache between the CPU and a flash chip beside it: what each miss makes the CPU wait.
 * SPDX-License-Identifier: MIT */
#ifndef FLASH_CACHE_H
#define FLASH_CACHE_H

#include <stdint.h>

#define FLASH_CACHE_EMPTY 0xFFFFFFFFu

struct flash_cache {
    uint32_t origin; /* of the memory that is cached */
    uint32_t bytes;  /* of that memory; 0: there is no cache */
    uint32_t line_bytes; /* a power of two, as the number of sets */
    uint32_t sets;
    uint32_t ways;
    uint32_t miss_cycles;
    uint32_t *lines; /* [sets][ways], the most recently used of a set first; FLASH_CACHE_EMPTY: none */
};

/* Puts `line` first in its set. 1 where it was not there. */
static inline int flash_cache_misses(struct flash_cache *cache, uint32_t line)
{
    uint32_t *set = &cache->lines[(line & (cache->sets - 1u)) * cache->ways];
    uint32_t moved = line;
    for (uint32_t way = 0; way < cache->ways; way++) {
        const uint32_t older = set[way];
        set[way] = moved;
        if (older == line) {
            return 0;
        }
        moved = older;
    }
    return 1;
}

/* The cycles that reading these bytes waits. */
static inline uint32_t flash_cache_wait(struct flash_cache *cache, uint32_t address, uint32_t size_bytes)
{
    uint32_t misses = 0;
    if (address - cache->origin >= cache->bytes) {
        return 0;
    }
    const uint32_t last = (address + size_bytes - 1u) / cache->line_bytes;
    for (uint32_t line = address / cache->line_bytes; line <= last; line++) {
        misses += (uint32_t)flash_cache_misses(cache, line);
    }
    return misses * cache->miss_cycles;
}

#endif
