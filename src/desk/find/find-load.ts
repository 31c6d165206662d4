import { ID_PREFIXES, type IdKind } from "../../ground/id.ts";
import type { Api, Page } from "../frame/api-load.ts";

/** Something that was found by what it is called. */
export interface Found {
  id: string;
  name: string;
  /** What tells it from others of its name. */
  detail: string;
  /** Whether what was looked for is all of a name of it. */
  whole?: boolean;
}

/** What the API's search answers. */
export interface SearchAnswer {
  data: (Found & { kind: string; storeId: string | null })[];
  hidden: string[];
}

/** The fewest characters that the search looks for. */
export const LEAST_TEXT = 2;

/** The most that the search finds at once. */
const MOST_FOUND = 50;

/** Lists of kinds that the search doesn't know: there are few of each, so the desk looks through them itself. */
const LISTED: Partial<Record<IdKind, string>> = {
  definition: "/conversion-definitions",
  numberPool: "/number-pools",
  taggingPlan: "/tagging-plans",
};

/**
 * What is called so, of one kind, the best first: names and details that have the text in them. Throws the API's `Problem`.
 */
export async function findOf(api: Api, kind: IdKind, text: string, storeId?: string): Promise<Found[]> {
  const listed = LISTED[kind];
  if (listed !== undefined) {
    const { data } = await api.get<Page<{ id: string; name: string }>>(listed, { limit: 200, store: storeId });
    const wanted = text.toLowerCase();
    return data
      .filter(({ id, name }) => id === text || name.toLowerCase().includes(wanted))
      .map(({ id, name }) => ({ id, name, detail: "" }));
  }
  if (text.length < LEAST_TEXT) return [];
  const { data } = await api.get<SearchAnswer>("/search", { q: text, store: storeId, limit: MOST_FOUND });
  return data.filter(({ id }) => id.startsWith(ID_PREFIXES[kind]));
}
