import { createIdSource, type NewId } from "./ground/id.ts";
import { fillRandom } from "./isolate.ts";

/** The isolate's source of ids: one for all that it does. A redirect has no need of it. */
export const newId: NewId = createIdSource(Date.now, fillRandom);
