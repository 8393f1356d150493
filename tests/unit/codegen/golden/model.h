/* small_lenet: 10x10x2 -> 5, int8. model_init once, then model_run for each inference:
 *
 *     model_init();
 *     memcpy(model_input(), sample, MODEL_INPUT_BYTES);
 *     model_run();
 *     use(model_output());
 *
 * Input and output lie in the arena: model_run overwrites the input, so load it anew before each run.
 * The arena is one for all callers: run one inference at a time.
 *
 * Input:  real = 0.05 * (value - 3)
 * Output: real = 0.00390625 * (value + 128)
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MODEL_INPUT_BYTES 200
#define MODEL_OUTPUT_BYTES 5
#define MODEL_ARENA_BYTES 764

/* SHA-256 of what this code was generated from; tells one model from another. */
extern const uint8_t model_hash[32];

/* Clears the arena. Call it once, before anything else. */
void model_init(void);

/* One inference, from what lies at model_input to what lies at model_output. */
void model_run(void);

/* MODEL_INPUT_BYTES to be written before model_run. */
int8_t *model_input(void);

/* MODEL_OUTPUT_BYTES, valid after model_run until the next input is written. */
const int8_t *model_output(void);

#ifdef __cplusplus
}
#endif

#endif
