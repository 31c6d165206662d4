import type { Scope } from "../http/auth.ts";
import { ID_PREFIXES, type IdKind } from "../id.ts";

/** How things of a kind are called, for people. */
interface Named {
  table: string;
  /** SQL of the name of a row `n`. */
  name: string;
  /** Whoever has one of these scopes is shown the names anyway, be it in a report or an explanation. */
  scopes: readonly [Scope, ...Scope[]];
}

const OF_PROGRAMME = ["plans:read", "orders:read", "reports:read"] as const;

/**
 * SQL of the name of a creator, a row of the alias; `NULL` where an outer join has none. Of one who was deleted nothing is
 * left. Who has no name goes by their external id, if there is one: a line of a report has to be called something.
 */
export function creatorName(alias: string): string {
  const name = `trim(${alias}.first_name || ' ' || ${alias}.last_name)`;
  const shown = `coalesce(nullif(${name}, ''), ${alias}.external_id, 'Nameless creator')`;
  return `CASE WHEN ${alias}.id IS NULL THEN NULL WHEN ${alias}.deleted_at IS NULL THEN ${shown} ELSE 'Deleted creator' END`;
}

/** Kinds of things that have a name, or something that people know them by. */
export const NAMED = {
  store: { table: "stores", name: "n.name", scopes: ["settings:read", "links:read", ...OF_PROGRAMME] },
  creator: { table: "creators", name: creatorName("n"), scopes: OF_PROGRAMME },
  campaign: { table: "campaigns", name: "n.name", scopes: OF_PROGRAMME },
  plan: { table: "tracking_plans", name: "n.name", scopes: OF_PROGRAMME },
  code: { table: "codes", name: "n.text", scopes: OF_PROGRAMME },
  link: { table: "links", name: "n.slug", scopes: ["links:read", ...OF_PROGRAMME] },
  order: { table: "orders", name: "coalesce(n.order_number, n.external_id)", scopes: ["orders:read"] },
  definition: { table: "conversion_definitions", name: "n.name", scopes: OF_PROGRAMME },
  phoneNumber: { table: "phone_numbers", name: "n.number", scopes: OF_PROGRAMME },
  numberPool: { table: "number_pools", name: "n.name", scopes: OF_PROGRAMME },
} as const satisfies Partial<Record<IdKind, Named>>;

/** One of the keys of {@link NAMED}. */
export type NamedKind = keyof typeof NAMED;

const KINDS = Object.keys(NAMED) as NamedKind[];

/** The kind of thing that an id is of, if such things have names. */
export function namedKindOf(id: string): NamedKind | undefined {
  return KINDS.find((kind) => id.startsWith(ID_PREFIXES[kind]));
}
