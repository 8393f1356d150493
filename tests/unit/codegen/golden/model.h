/* small_lenet: 10x10x2 -> 5, int8. Two functions: model_init once, model_run for each inference.
 *
 *     model_init();
 *     memcpy(model_input(), sample, MODEL_INPUT_BYTES);
 *     model_run();
 *     use(model_output());
 *
 * Input and output lie in the arena: model_run overwrites the input, so load it anew before each run.
 * Input:  real = 0.05 * (value - 3)
 * Output: real = 0.00390625 * (value - -128)
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdint.h>

#define MODEL_INPUT_BYTES 200
#define MODEL_OUTPUT_BYTES 5
#define MODEL_ARENA_BYTES 764

/* SHA-256 of what this code was generated from; tells one model from another. */
extern const uint8_t model_hash[32];

void model_init(void);
void model_run(void);

/* MODEL_INPUT_BYTES to be written before model_run. */
int8_t *model_input(void);

/* MODEL_OUTPUT_BYTES, valid after model_run until the next input is written. */
const int8_t *model_output(void);

#endif
