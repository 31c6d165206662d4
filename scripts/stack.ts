/**
 * `npm run stack < log`: a log of the Worker with its stacks in the source files' lines. Needs `npm run build` of the
 * commit that is deployed.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { SourceMapPayload } from "node:module";
import { ROOT } from "./root.ts";
import { readStack } from "./stack-read.ts";

const map = JSON.parse(await readFile(join(ROOT, "dist", "index.js.map"), "utf8")) as SourceMapPayload;
process.stdout.write(readStack(await text(process.stdin), map));
