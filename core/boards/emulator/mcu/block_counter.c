/* Counts cycles and instructions, called by unicorn at each translation block. In C because it runs tens of
 * millions of times a second. SPDX-License-Identifier: MIT */
#include <stdint.h>

#include "flash_cache.h"

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

struct cost {
    uint32_t size_bytes; /* of the block; 0: not decoded yet */
    uint32_t instructions;
    uint32_t cycles;       /* without those of a conditional branch that is taken */
    uint32_t taken_cycles; /* of the conditional branch that ends the block; 0: there is none */
};

/* Memory that code runs from. */
struct region {
    uint32_t origin;
    uint32_t bytes;
    struct cost *costs; /* one for each halfword */
};

struct counter {
    uint64_t cycles;       /* all, the block that runs now included */
    uint64_t instructions; /* the same */
    uint64_t cycles_before;
    uint64_t instructions_before; /* without the block that runs now */
    uint64_t waits;               /* beside `cycles`: what the flash made the CPU wait */
    uint64_t waits_before;
    void (*decode)(uint32_t address, uint32_t size_bytes, struct cost *cost);
    void (*misaligned)(uint32_t address);
    struct region regions[2];
    uint32_t fall_through; /* where a conditional branch goes on when it is not taken */
    uint32_t taken_cycles; /* what it costs more when it is taken; 0: no such branch */
    struct flash_cache flash_cache;
    const uint8_t *flash; /* the bytes that are cached */
    int (*read_register)(void *engine, int id, void *value);        /* uc_reg_read */
    int (*write_register)(void *engine, int id, const void *value); /* uc_reg_write */
    int status_register;                                            /* UC_ARM_REG_CPSR */
};

#define IT_BITS 0x0600fc00u /* Armv7-M ARM, B1.4.2: EPSR's ICI/IT */

static struct cost *find_cost(struct counter *counter, uint32_t address)
{
    for (int i = 0; i < 2; i++) {
        const struct region *region = &counter->regions[i];
        const uint32_t offset = address - region->origin;
        if (offset < region->bytes) {
            return &region->costs[offset / 2];
        }
    }
    return 0;
}

/* unicorn's uc_cb_hookcode_t for UC_HOOK_BLOCK. */
EXPORT void count_block(void *engine, uint64_t address, uint32_t size_bytes, void *user_data)
{
    struct counter *counter = user_data;
    (void)engine;
    if ((uint32_t)address != counter->fall_through) {
        counter->cycles += counter->taken_cycles;
    }
    counter->taken_cycles = 0;
    counter->cycles_before = counter->cycles;
    counter->instructions_before = counter->instructions;
    counter->waits_before = counter->waits;
    struct cost *cost = find_cost(counter, (uint32_t)address);
    if (cost == 0) {
        return; /* nothing is mapped there: the fetch faults */
    }
    if (cost->size_bytes != size_bytes) {
        counter->decode((uint32_t)address, size_bytes, cost);
    }
    counter->cycles += cost->cycles;
    counter->instructions += cost->instructions;
    counter->waits += flash_cache_wait(&counter->flash_cache, (uint32_t)address, size_bytes);
    counter->fall_through = (uint32_t)address + size_bytes;
    counter->taken_cycles = cost->taken_cycles;
}

/* unicorn's uc_cb_hookmem_t, which it may call twice for one access: the second finds the line there. */
EXPORT void read_through_cache(void *engine, int kind, uint64_t address, int size_bytes, int64_t value,
                               void *user_data)
{
    struct counter *counter = user_data;
    (void)engine;
    (void)kind;
    (void)value;
    counter->waits += flash_cache_wait(&counter->flash_cache, (uint32_t)address, (uint32_t)size_bytes);
}

/* unicorn's uc_cb_mmio_read_t, for a flash that is mapped as registers: one call an access, of at most a word, which
 * is aligned. */
EXPORT uint64_t read_register_through_cache(void *engine, uint64_t offset, uint32_t size_bytes, void *user_data)
{
    struct counter *counter = user_data;
    struct flash_cache *cache = &counter->flash_cache;
    const uint8_t *bytes = counter->flash + offset;
    (void)engine;
    counter->waits += flash_cache_wait(cache, cache->origin + (uint32_t)offset, size_bytes);
    uint32_t value = bytes[0];
    if (size_bytes >= 2) {
        value |= (uint32_t)bytes[1] << 8;
    }
    if (size_bytes >= 4) {
        value |= (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    }
    return value;
}

/* Before a hook of memory, unicorn 2.1 puts the state of the IT block into the status register, as for an exception.
 * The code goes on all the same, and what comes behind the IT block would be taken for a part of it. */
static void leave_it_block(const struct counter *counter, void *engine)
{
    uint32_t status = 0;
    counter->read_register(engine, counter->status_register, &status);
    if ((status & IT_BITS) != 0) {
        status &= ~IT_BITS;
        counter->write_register(engine, counter->status_register, &status);
    }
}

/* unicorn's uc_cb_hookmem_t. Sizes are powers of two; nothing needs to be aligned to more than a word. */
EXPORT void check_alignment(void *engine, int kind, uint64_t address, int size_bytes, int64_t value,
                            void *user_data)
{
    const struct counter *counter = user_data;
    (void)kind;
    (void)value;
    leave_it_block(counter, engine);
    if (((uint32_t)address & (uint32_t)(size_bytes < 4 ? size_bytes - 1 : 3)) != 0) {
        counter->misaligned((uint32_t)address);
    }
}

#if defined(_WIN32)
/* Linked without the C runtime, a library brings its own entry point. */
int _DllMainCRTStartup(void *module, uint32_t reason, void *reserved)
{
    (void)module;
    (void)reason;
    (void)reserved;
    return 1;
}
#endif
