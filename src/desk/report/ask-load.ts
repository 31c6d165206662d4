import { dayIn } from "../../books/ledger/calendar.ts";
import { ID_PREFIXES } from "../../ground/id.ts";
import type { FieldError } from "../../ground/http/problem.ts";
import type { Query } from "../frame/api-load.ts";
import type { Desk } from "../frame/desk-load.ts";
import { namesOf } from "../frame/names-load.ts";
import { type Filled, readForm } from "../form/read.ts";
import { resolveRefs } from "../form/resolve-load.ts";
import { showForm } from "../form/show.ts";
import type { Filter } from "../resource/resource.ts";
import { type Period, periodOf } from "./period.ts";

/** What the address of a report asks of the API. */
export interface Asked {
  query: Query;
  period: Period;
  faults: readonly FieldError[];
  /** What its fields show. */
  filled: Filled;
  /** What ids among its filters are called. */
  names: Readonly<Record<string, string>>;
}

/** The store that a page is of where one has to be: that which is chosen, else the first that the key is for. */
export function storeIdOf({ store, stores, url }: Desk): string | null {
  return store?.id ?? (url.searchParams.get("store") || null) ?? stores[0]?.id ?? null;
}

/**
 * Reads what an address asks by some filters, the period and the store. Several ids with commas between them go to the API
 * as they are; anything else that names a thing is looked up.
 */
export async function askOf(desk: Desk, filters: readonly Filter[], store: "one" | "any"): Promise<Asked> {
  const { searchParams } = desk.url;
  const period = periodOf(searchParams, dayIn(desk.timezone, desk.now));
  const filled = new Map(
    [...new Set(searchParams.keys())].map((name): [string, readonly string[]] => [name, searchParams.getAll(name)]),
  );
  const several = new Map<string, string>();
  for (const field of filters) {
    const text = filled.get(field.name)?.at(-1)?.trim() ?? "";
    if (field.kind !== "ref" || !isIds(text, ID_PREFIXES[field.of])) continue;
    several.set(field.name, text.replaceAll(/\s/g, ""));
    filled.delete(field.name);
  }
  const { body, faults, refs } = readForm(filters, filled, true);
  faults.push(...(await resolveRefs(desk.api, refs, true)));
  const ids = filters.flatMap(({ kind, name }) => (kind === "ref" ? [body[name]] : [])) as (string | undefined)[];
  const names = faults.length > 0 ? {} : await namesOf(desk, ids);
  const shown = faults.length > 0 ? filled : showForm(filters, body, names);
  // A key that is for some stores is asked to name one.
  const isLimited = desk.actor.storeIds !== null;
  return {
    query: {
      ...Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)])),
      ...Object.fromEntries(several),
      store: store === "one" || isLimited ? storeIdOf(desk) : (desk.store?.id ?? searchParams.get("store")),
      from: period.from,
      to: period.to,
    },
    period,
    faults,
    filled: new Map([...shown, ...[...several].map(([name, text]): [string, string[]] => [name, [text]])]),
    names,
  };
}

/** Whether a text is ids of one kind with commas between them. */
function isIds(text: string, prefix: string): boolean {
  const ids = text.split(",").map((id) => id.trim());
  return ids.length > 1 && ids.every((id) => id.startsWith(prefix));
}
