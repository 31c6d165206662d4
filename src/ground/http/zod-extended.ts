/**
 * What the bundle has for the package `zod` (`alias` in `wrangler.toml`). `@hono/zod-openapi` asks for all of it as an
 * object, and adds a method to one class.
 */
import { ZodType } from "zod/v4";

export * from "zod/v4";
/** All that `@hono/zod-openapi` takes of the object; `test/whole/bundle.test.ts` runs it on this. */
export const z = { ZodType };
