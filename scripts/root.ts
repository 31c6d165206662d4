import { join } from "node:path";

/** The repository's root, so that a script works from whatever directory it is run. */
export const ROOT = join(import.meta.dirname, "..");
