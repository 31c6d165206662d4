import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import type { DefinitionRow } from "../definition/store.ts";
import { waitingContacts } from "../segment/due-store.ts";
import { findSweep } from "../segment/sweep-store.ts";
import type { SegmentLag } from "./schema.ts";

/** How far the contacts of a definition's store are looked at. Throws what D1 throws. */
export async function segmentLagOf(
  { d1, now }: Pick<Deps, "d1" | "now">,
  { id, storeId }: DefinitionRow,
): Promise<SegmentLag> {
  const [{ contacts, since }, sweep] = await Promise.all([waitingContacts(d1, storeId), findSweep(d1, id)]);
  return {
    waiting: contacts,
    oldestWaitingSeconds: since === null ? null : Math.max(0, Math.floor((now() - since) / 1_000)),
    sweep:
      sweep === null
        ? null
        : {
            startedAt: isoOf(sweep.startedAt),
            finishedAt: isoOf(sweep.finishedAt),
            nextAt: isoOf(sweep.nextAt),
            met: sweep.met,
            progress: sweep.contacts === 0 ? 1 : sweep.seen / sweep.contacts,
          },
  };
}
