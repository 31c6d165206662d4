import type { Desk } from "./desk-load.ts";
import { kindOfId } from "./places.ts";

/** Ids that are looked up for one part of a page, at most: what is beyond stands as its id. */
const MOST = 60;

/** Where the API has what an id names, and what that is called. */
const KNOWN: Readonly<Record<string, { path: string; name: (row: Record<string, unknown>) => unknown }>> = {
  store: { path: "/stores", name: ({ name }) => name },
  domain: { path: "/domains", name: ({ hostname }) => hostname },
  creator: { path: "/creators", name: ({ firstName, lastName }) => [firstName, lastName].join(" ").trim() },
  campaign: { path: "/campaigns", name: ({ name }) => name },
  plan: { path: "/tracking-plans", name: ({ name }) => name },
  link: { path: "/links", name: ({ slug }) => slug },
  code: { path: "/codes", name: ({ code }) => code },
  definition: { path: "/conversion-definitions", name: ({ name }) => name },
  order: { path: "/orders", name: ({ orderNumber, externalId }) => orderNumber ?? externalId },
  taggingPlan: { path: "/tagging-plans", name: ({ name }) => name },
  phoneNumber: { path: "/phone-numbers", name: ({ number }) => number },
  numberPool: { path: "/number-pools", name: ({ name }) => name },
};

/**
 * What ids are called, for parts of a page whose answer doesn't say: each is asked of the API once. What can't be read, or
 * is gone, is left out, so that its id stands there.
 */
export async function namesOf(
  desk: Desk,
  ids: Iterable<string | null | undefined>,
  known: Readonly<Record<string, string>> = {},
): Promise<Record<string, string>> {
  const asked = [...new Set(ids)].filter((id): id is string => typeof id === "string" && known[id] === undefined);
  const found = await Promise.all(
    asked.slice(0, MOST).map(async (id): Promise<[string, string][]> => {
      const place = KNOWN[kindOfId(id) ?? ""];
      if (place === undefined) return [];
      try {
        const name = place.name(await desk.api.get(`${place.path}/${encodeURIComponent(id)}`));
        return typeof name === "string" && name !== "" ? [[id, name]] : [];
      } catch {
        // Names are a help to the reader: without one the id says which it is.
        return [];
      }
    }),
  );
  return { ...known, ...Object.fromEntries(found.flat()) };
}
