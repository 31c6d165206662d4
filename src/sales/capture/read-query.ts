import { QUERY_NAMES, WAY_FIELDS } from "./field-names.ts";
import { isUnexpanded } from "./unexpanded.ts";

/** Fields of a query that are looked at; none of ours has a tenth of that. */
const MAX_FIELDS = 100;

/** What an order's body names otherwise than a query does. */
const BODY_NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(QUERY_NAMES).map(([body, query]) => [query, body]),
);

/** Fields of a query that tell of the order. Who the customer is was hashed before; a placeholder is still refused. */
const READ: ReadonlySet<string> = new Set(
  WAY_FIELDS.postback.filter((name) => !["s", "token", "customer"].includes(name)),
);

/**
 * The fields of a query, as they are named there. Of a field that is given twice the first counts, and
 * an empty one is none: templates leave behind what they have no value for. Consent that is given twice, once
 * so and once so, is refused. Never throws.
 */
export function readQuery(search: string): Record<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(search)) {
    if (fields.size === MAX_FIELDS) break;
    if (value === "") continue;
    const first = fields.get(name);
    if (first === undefined) fields.set(name, value);
    else if (name === "consent" && first !== value) fields.set(name, "denied");
  }
  return Object.fromEntries(fields);
}

/** The body of an order that a query speaks of, for `readOrder`. */
export function orderOfQuery(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields)
      // A name of the body's would let a query say more than it is meant to.
      .filter(([name, value]) => READ.has(name) || (name === "customer" && isUnexpanded(value)))
      .map(([name, value]) => [BODY_NAMES[name] ?? name, value]),
  );
}
