/** `npm run ascii` makes `src/programme/code/ascii.generated.ts`, of which codes are made, from the package any-ascii. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildAscii } from "./ascii-build.ts";
import { ROOT } from "./root.ts";

await writeFile(join(ROOT, "src", "programme", "code", "ascii.generated.ts"), buildAscii());
