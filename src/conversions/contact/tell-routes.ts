import { Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { MAX_BODY_BYTES } from "../../ground/http/body.ts";
import { isoOf } from "../../ground/http/fields.ts";
import { Problem } from "../../ground/http/problem.ts";
import { customerOf } from "../../sales/capture/redact.ts";
import { parseBody } from "../../sales/capture/parse.ts";
import { provenSender } from "../../sales/capture/proven-store.ts";
import { presentContact } from "./present.ts";
import { readContact, readContacts } from "./read-contact.ts";
import { denyConsent, problemOfFaults, tellCustomers } from "./tell-change.ts";

/** Largest body that tells of one contact, bytes. */
const MAX_BYTES = 65_536;

const NO_STORE = { "Cache-Control": "no-store" };

/** What stores' servers say of their customers: see docs/contacts.md. */
export const tellRoutes = new Hono<AppTypes>()
  .put("/contacts/:customerId", async (c) => {
    const { deps } = c.env;
    const { store, signature, body } = await provenSender(deps, c.req.raw, MAX_BYTES);
    const read = readContact(jsonOf(body));
    if ("faults" in read) throw problemOfFaults(read.faults);
    const customer = { customerId: c.req.param("customerId"), fields: read.contact.fields };
    const { customerId } = read.contact;
    // A signature is over the body alone: whoever caught a request could say the same of anybody.
    const mustBeNamed = signature !== null || customerId !== undefined;
    if (mustBeNamed && customerOf(customerId) !== customerOf(customer.customerId)) {
      throw Problem.invalid("customerId", "must be in a signed body, and be the same as in the path");
    }
    const [contact] = await tellCustomers(deps, store.id, [customer], () => "customerId");
    if (contact === undefined) throw new Problem("internal", "The contact was kept, but can't be found.");
    if (read.contact.consent === "denied") await denyConsent(deps, contact);
    return c.json(presentContact(contact), 200, NO_STORE);
  })
  .put("/contacts", async (c) => {
    const { deps } = c.env;
    const { store, body } = await provenSender(deps, c.req.raw, MAX_BODY_BYTES);
    const read = readContacts(jsonOf(body));
    if ("faults" in read) throw problemOfFaults(read.faults);
    const rows = await tellCustomers(deps, store.id, read.contacts, (index) => `contacts.${index}.customerId`);
    return c.json({ contacts: rows.map(({ id, updatedAt }) => ({ id, updatedAt: isoOf(updatedAt) })) }, 200, NO_STORE);
  });

/** The JSON of a body. Throws a `Problem` (400). */
function jsonOf(body: Uint8Array): unknown {
  const parsed = parseBody(body);
  if ("value" in parsed) return parsed.value;
  const { code, detail } = parsed.refused;
  throw new Problem(code === "too_deep" ? "too_deep" : "malformed_json", detail);
}
