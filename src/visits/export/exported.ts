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

/** The name of a visitor of a store, by their hash, in all that is exported. */
export type VisitorNamer = (storeId: string, visitorHash: string) => Promise<string>;

/**
 * Makes the names under which visitors leave, by a key that is derived from `VISITOR_KEY`: they aren't the hashes that are
 * kept, so that what was exported leads to no row here. `null`: there is no key.
 */
export function visitorNamer(visitorKey: string | undefined): VisitorNamer | null {
  const nameOf = namerOf(visitorKey);
  return nameOf === null ? null : async (storeId, visitorHash) => nameOf(visitorName(storeId, visitorHash));
}

/** Makes the same names of visitors, and those of visits and events. Throws an `Error` where there is no key. */
export function exporterOf(visitorKey: string | undefined): Exporter {
  const namer = namerOf(visitorKey);
  if (namer === null) throw new Error("VISITOR_KEY is not set, by which visitors are named");
  return async (storeId, events) => {
    const names = new Map<string, Promise<string>>();
    const nameOf = (text: string): Promise<string> => {
      const name = names.get(text) ?? namer(text);
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
          namer([storeId, "event", text, before].join("\n")),
          nameOf(visitorName(storeId, visitorHash)),
          nameOf([storeId, "visit", visitorHash, visit].join("\n")),
        ]);
        return { id, ...event, visitor, visit: visitName };
      }),
    );
  };
}

/** What a visitor is named by. */
function visitorName(storeId: string, visitorHash: string): string {
  return [storeId, "visitor", visitorHash].join("\n");
}

/** What makes names of texts; `null`: there is no key. */
function namerOf(visitorKey: string | undefined): ((text: string) => Promise<string>) | null {
  const strong = strongSecret(visitorKey);
  if (strong === null) return null;
  let key: Promise<CryptoKey> | null = null;
  return async (text) => keyedHash(await (key ??= importHashKey(`visit export:${strong}`)), text);
}
