import type { Deps } from "../../ground/deps.ts";
import { type FieldError, Problem } from "../../ground/http/problem.ts";
import { errorText } from "../../ground/error-text.ts";
import { customerHasher } from "../../sales/capture/customer.ts";
import { customerOf } from "../../sales/capture/redact.ts";
import { recountSubjects, relinkConversions } from "../count/recount-run.ts";
import { countDepsOf } from "../due-run.ts";
import { evaluateDueContacts } from "../segment/due-run.ts";
import { MAX_FIELDS } from "./field.ts";
import type { Fault, FieldPatch } from "./read-contact.ts";
import { type ContactRow, tellContacts, type Told } from "./store.ts";
import { unlinkVisitors, visitorsOf } from "./visitors-store.ts";

/** What a store's server says of a customer, by the id that it has. */
export interface Customer {
  customerId: unknown;
  fields: FieldPatch;
}

/**
 * Writes what a store's server says of customers, and has conversions that were theirs before be their contacts'.
 * Answers the contacts in the order in which they were told of. Segments are looked at behind the answer. Throws a
 * `Problem`: 422 for an id that is none, or more fields than a contact may have.
 */
export async function tellCustomers(
  deps: Deps,
  storeId: string,
  customers: readonly Customer[],
  pathOf: (index: number) => string,
): Promise<ContactRow[]> {
  const customerHashOf = customerHasher(deps.env.VISITOR_KEY);
  const hashes: string[] = [];
  for (const [index, { customerId }] of customers.entries()) {
    const known = customerOf(customerId);
    if (known === null)
      throw Problem.invalid(pathOf(index), "must be the customer's id: 1 to 320 characters, no placeholder");
    const hash = await customerHashOf(storeId, known);
    if (hash === null)
      throw new Problem("unavailable", "This deployment has no VISITOR_KEY, and so knows no customers.");
    hashes.push(hash);
  }
  const told = new Map<string, Told>();
  for (const [index, { fields }] of customers.entries()) {
    const customerHash = hashes[index] ?? "";
    // Told of twice, what comes later holds.
    told.set(customerHash, { customerHash, fields: { ...told.get(customerHash)?.fields, ...fields } });
  }
  const rows = await tellContacts(deps, storeId, [...told.values()]);
  if (rows === null)
    throw Problem.invalid("fields", `a contact may have ${MAX_FIELDS} fields at most, with those that it has`);
  const counting = await countDepsOf(deps.env, deps.now());
  await relinkConversions(counting, storeId, { customers: [...told.keys()] });
  const byHash = new Map([...told.keys()].map((hash, index) => [hash, rows[index]]));
  const ids = rows.map(({ id }) => id);
  deps.waitUntil(evaluateDueContacts(counting, { ids }).catch(leaveToCron));
  return hashes.flatMap((hash) => byHash.get(hash) ?? []);
}

/** Takes browsers from a contact that wishes to be known by none. A repeat changes nothing. Throws what D1 throws. */
export async function denyConsent(deps: Deps, contact: ContactRow): Promise<void> {
  const visitors = await visitorsOf(deps.d1, contact.id);
  if (visitors.length === 0) return;
  const pairs = await unlinkVisitors(deps.d1, contact, visitors, deps.now());
  await recountSubjects(await countDepsOf(deps.env, deps.now()), pairs);
}

/** The problem (422) of what is at fault in a request. */
export function problemOfFaults(faults: readonly Fault[]): Problem {
  const fields = faults.map(({ path, message }): FieldError => ({ path, message }));
  const [first] = faults;
  const detail = first === undefined ? "" : `${first.path || "body"}: ${first.message}`;
  return new Problem(faults.some(({ personal }) => personal) ? "personal_value" : "validation_failed", detail, fields);
}

function leaveToCron(error: unknown): void {
  console.warn(JSON.stringify({ event: "contacts_left_to_cron", message: errorText(error) }));
}
