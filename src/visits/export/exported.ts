import { importHashKey, keyedHash } from "../../edge/click/visitor.ts";
import { strongSecret } from "../../ground/config.ts";
import type { LoggedEvent } from "../../ground/model/visit.ts";

/** An event as it leaves: who it is of is told by names that are found nowhere else here. */
export interface ExportedEvent extends Omit<LoggedEvent, "visitorHash" | "visit"> {
  /** The same however often it is sent. */
  id: string;
  /** Name of its visitor in all that is exported of the store. */
  visitor: string;
  /** Name of its visit. */
  visit: string;
}

/** Names the visitors, visits and events of a store's rows, each row by itself. */
export type Exporter = (storeId: string, events: readonly LoggedEvent[]) => Promise<ExportedEvent[]>;

/**
 * Makes the names under which visitors leave, by a key that is derived from `VISITOR_KEY`: they aren't the hashes that are
 * kept, so that what was exported leads to no row here. Throws an `Error` where there is no key.
 */
export function exporterOf(visitorKey: string | undefined): Exporter {
  const strong = strongSecret(visitorKey);
  if (strong === null) throw new Error("VISITOR_KEY is not set, by which visitors are named");
  let key: Promise<CryptoKey> | null = null;
  return async (storeId, events) => {
    key ??= importHashKey(`visit export:${strong}`);
    const ready = await key;
    const names = new Map<string, Promise<string>>();
    const nameOf = (...parts: string[]): Promise<string> => {
      const text = [storeId, ...parts].join("\n");
      const name = names.get(text) ?? keyedHash(ready, text);
      names.set(text, name);
      return name;
    };
    const seen = new Map<string, number>();
    return Promise.all(
      events.map(async ({ visitorHash, visit, ...event }) => {
        // Of events that are alike in everything, the first is the first, however often the row is read.
        const text = JSON.stringify([visitorHash, visit, event]);
        const before = seen.get(text) ?? 0;
        seen.set(text, before + 1);
        const [id, visitor, visitName] = await Promise.all([
          keyedHash(ready, [storeId, "event", text, before].join("\n")),
          nameOf("visitor", visitorHash),
          nameOf("visit", visitorHash, visit),
        ]);
        return { id, ...event, visitor, visit: visitName };
      }),
    );
  };
}
