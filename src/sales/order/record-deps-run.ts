import { openDatabase } from "../../ground/db/client.ts";
import { createIdSource } from "../../ground/id.ts";
import { customerHasher } from "../capture/customer.ts";
import type { RecordDeps } from "./record-run.ts";

/** What recording orders needs, of an environment at `now` (ms UTC). */
export function recordDepsOf(
  env: Pick<Env, "DB"> & { VISITOR_KEY?: string | undefined },
  now: number,
): Omit<RecordDeps, "rest"> {
  return {
    d1: env.DB,
    db: openDatabase(env.DB),
    now: () => now,
    newId: createIdSource(Date.now, (bytes) => void crypto.getRandomValues(bytes)),
    customerHashOf: customerHasher(env.VISITOR_KEY),
  };
}
