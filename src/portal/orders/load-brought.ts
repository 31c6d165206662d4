import type { Deps } from "../../ground/deps.ts";
import type { Visit } from "../frame/admit-page.ts";
import type { Brought } from "./brought.ts";
import { loadOrders } from "./load-orders.ts";
import { loadCalls, loadConversions } from "./load-others.ts";
import { type KindPlace, readPlaces } from "./load-places.ts";
import type { Asked, Kind, Place } from "./query.ts";
import { type Sight, sightOf } from "./visible.ts";

/** A stretch of the list. */
export interface Stretch {
  rows: readonly Brought[];
  /** The last place that was looked at, if there are more behind it; `null`: that was all. */
  next: Place | null;
}

/** Whose list it is, and as of when. */
export type Guest = Pick<Visit, "guest" | "campaigns" | "now">;

/** Places that are looked at once, where only some of them are shown: those that stand as is asked. */
const WINDOW = 250;

/**
 * What a creator brought that is asked for, from behind a place on: so many at most, found among so many windows of places
 * at most. Where few stand as is asked, it may be fewer, and there may be more further back. Throws what D1 throws.
 */
export async function readBrought(
  deps: Pick<Deps, "d1">,
  { guest, campaigns, now }: Guest,
  asked: Asked,
  after: Place | null,
  { limit, windows }: { limit: number; windows: number },
): Promise<Stretch> {
  const sight = sightOf(guest.creatorId, campaigns, asked);
  if (sight.campaigns === "[]") return { rows: [], next: null };
  const rows: Brought[] = [];
  let place = after;
  for (let window = 0; window < windows; window++) {
    const size = asked.state === null ? limit : WINDOW;
    const found = await readPlaces(deps, sight, asked, place, size + 1);
    const places = found.slice(0, size);
    for (const row of await loadAt(deps, sight, campaigns, places, now)) {
      if (asked.state !== null && row.standing.state !== asked.state) continue;
      // One more than fits: there is more behind the last that does.
      if (rows.length === limit) return { rows, next: placeOf(rows.at(-1)) };
      rows.push(row);
    }
    if (found.length <= size) return { rows, next: null };
    place = placeOf(places.at(-1));
    if (rows.length === limit) break;
  }
  return { rows, next: place };
}

function placeOf(place: Place | undefined): Place | null {
  return place === undefined ? null : { time: place.time, id: place.id };
}

/** What stands at places, in their order. */
async function loadAt(
  deps: Pick<Deps, "d1">,
  sight: Sight,
  campaigns: Guest["campaigns"],
  places: readonly KindPlace[],
  now: number,
): Promise<Brought[]> {
  const { creatorId } = sight;
  const shown = campaigns.filter(({ visible }) => visible);
  const idsOf = (kind: Kind) => places.flatMap((place) => (place.kind === kind ? [place.id] : []));
  const found = await Promise.all([
    loadOrders(deps, creatorId, shown, idsOf("order"), now),
    loadConversions(deps, sight, shown, idsOf("conversion"), now),
    loadCalls(deps, creatorId, shown, idsOf("call")),
  ]);
  const byId = new Map(found.flat().map((row) => [row.id, row]));
  return places.flatMap(({ id }) => byId.get(id) ?? []);
}
