/** Fields of a query that are looked at; none of ours has a tenth of that. */
const MAX_FIELDS = 100;

/** How the pixel and the postback name what an order's body names otherwise. */
const BODY_NAMES: Readonly<Record<string, string>> = { order: "orderId", click: "clickId", customer: "customerId" };

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
      .filter(([name]) => ["order", "amount", "currency", "status", "codes", "click"].includes(name))
      .map(([name, value]) => [BODY_NAMES[name] ?? name, value]),
  );
}
