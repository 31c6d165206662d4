/**
 * zod, whose schemas also take `.openapi()`. Taken as `import * as z` from here, the bundle has of it what is used;
 * as one object it would have all of it, with the messages of 50 languages.
 */
import "@hono/zod-openapi";

export * from "zod";
/** Stands in the place of zod's object, so that the compiler refuses `import { z }`. */
export const z = null;
