"""An Arduino library with an example that checks itself on the board.

The layout, the fields and the categories are those of the Arduino library specification 1.5 (revision 2.2).
`dot_a_linkage` keeps two such libraries, which share kernels, from meeting in one sketch.
"""

from __future__ import annotations

from codegen.emit.formats.exporter import Export
from codegen.emit.samples import sample_files

_PROPERTIES = """\
name={name}
version=1.0.0
author=Thimble
maintainer=Thimble
sentence=The neural network {title} as C.
paragraph=Generated code with no dependencies and no dynamic memory. The example checks it on the board.
category=Data Processing
url=https://www.arduino.cc/reference/en/libraries/
architectures={architectures}
includes={name}.h
dot_a_linkage=true
"""

_KEYWORDS = """\
{m}_init\tKEYWORD2
{m}_run\tKEYWORD2
{m}_input\tKEYWORD2
{m}_output\tKEYWORD2
{m}_hash\tKEYWORD2
{M}_INPUT_BYTES\tLITERAL1
{M}_OUTPUT_BYTES\tLITERAL1
{M}_ARENA_BYTES\tLITERAL1
"""

_SKETCH = """\
/* Runs {m} on its test inputs, checks the outputs, and prints how long each inference took. */
#include <{m}.h>

#include "{m}_samples.h"

static void run_sample(int sample, int *right) {{
  {m}_load_sample(sample);
  const unsigned long begin_us = micros();
  {m}_run();
  const unsigned long taken_us = micros() - begin_us;
  const int is_right = {m}_sample_is_right(sample);
  *right += is_right;
  Serial.print("sample ");
  Serial.print(sample);
  Serial.print(is_right ? ": right, " : ": WRONG, ");
  Serial.print(taken_us);
  Serial.println(" us");
}}

void setup() {{
  Serial.begin(115200);
  while (!Serial) {{
    /* Until a terminal is open. */
  }}
  {m}_init();
}}

void loop() {{
  int right = 0;
  for (int sample = 0; sample < {M}_SAMPLES; sample++) {{
    run_sample(sample, &right);
  }}
  Serial.print(right);
  Serial.print(" of ");
  Serial.print({M}_SAMPLES);
  Serial.println(" samples are right");
  delay(5000);
}}
"""

_README = """\
# {m}: an Arduino library

{title}, generated for {board}.

1. Copy this folder into the `libraries` folder of your sketchbook (or zip it, and in the Arduino IDE choose
   *Sketch > Include Library > Add .ZIP Library*).
2. Open *File > Examples > {m} > {m}*, choose your board, and upload it.
3. Open the Serial Monitor: every sample should be right.

In your own sketch, `#include <{m}.h>`; that header says how the model is used.
"""


class Arduino:
    id = "arduino"
    title = "Arduino library"
    has_example = True
    source_folder = "src"

    def files(self, export: Export) -> dict[str, str]:
        name, words = export.name, {"m": export.name, "M": export.name.upper()}
        example = f"examples/{name}"
        samples = sample_files(export.needed_samples(), name)
        properties = _PROPERTIES.format(
            name=name, title=export.title, architectures=",".join(export.board.arduino_architectures)
        )
        return {
            "library.properties": properties,
            "keywords.txt": _KEYWORDS.format(**words),
            "README.md": _README.format(m=name, title=export.title, board=export.board_title),
            **{f"{self.source_folder}/{file}": text for file, text in export.sources.items()},
            f"{example}/{name}.ino": _SKETCH.format(**words),
            **{f"{example}/{file}": text for file, text in samples.items()},
        }
