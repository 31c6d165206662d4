import { requires } from "../../ground/http/auth.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, problems } from "../../ground/http/openapi.ts";
import { badCursor, byId, type ListOrder, pageQuery, readPage, textOf } from "../../ground/http/pagination.ts";
import { Problem } from "../../ground/http/problem.ts";
import { customerHasher } from "../../sales/capture/customer.ts";
import { customerOf } from "../../sales/capture/redact.ts";
import { existingDefinition } from "../definition/store.ts";
import { eraseContact } from "./erase-change.ts";
import { presentContact, presentDetail, presentEvent } from "./present.ts";
import { contactDetail, contactEvent, contactQuery, contactSchema, segmentLag } from "./schema.ts";
import { segmentLagOf } from "./segment-lag-load.ts";
import { existingContact, listContacts } from "./store.ts";
import { type ContactEvent, contactEvents, contactSums, type EventPlace } from "./sums-store.ts";

const route = adminRoutes("Contacts");
const params = idParams("contact");

/** From the last event on, those of one moment in the order in which they were kept. */
const byTime: ListOrder<ContactEvent, EventPlace> = {
  placeOf: (cursor) => {
    if (cursor === undefined) return null;
    const [, time, row] = /^e1:(\d{1,15}):(\d{1,15})$/.exec(textOf(cursor)) ?? [];
    if (time === undefined || row === undefined) throw badCursor();
    return { time: Number(time), row: Number(row) };
  },
  cursorOf: ({ time, row }) => btoa(`e1:${time}:${row}`).replaceAll("=", ""),
};

/** `/contacts`: the customers of stores as they are known here. */
export const contactRoutes = createRouter()
  .openapi(
    route("get", "/contacts", requires("orders:read"), {
      summary: "List contacts",
      description: "All filters that are given must match. What a customer is known by is never shown.",
      request: { query: contactQuery },
      responses: { 200: jsonPage(contactSchema, "A page of contacts, newest first"), ...problems() },
    }),
    async (c) => {
      const { deps } = c.env;
      const { store, q: field, customer, ...page } = c.req.valid("query");
      const customerHash =
        customer === undefined ? undefined : await hashOf(deps.env.VISITOR_KEY, store ?? "", customer);
      const { rows, nextCursor } = await readPage(page, byId, (stretch) =>
        listContacts(deps, stretch, { store, field, customerHash }),
      );
      return c.json({ data: rows.map(presentContact), nextCursor }, 200);
    },
  )
  .openapi(
    route("get", "/contacts/{id}", requires("orders:read"), {
      summary: "Read a contact",
      request: { params },
      responses: { 200: jsonContent(contactDetail, "The contact, and what there is of it"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = c.req.valid("param");
      const row = await existingContact(deps, id);
      const sums = await contactSums(deps, id);
      if (sums === null) throw new Problem("not_found", `There is no contact ${id}.`);
      return c.json(presentDetail(row, sums), 200);
    },
  )
  .openapi(
    route("get", "/contacts/{id}/events", requires("orders:read"), {
      summary: "Read what a contact did",
      description: "Of the last 90 days: pages, tracked events and goals, in browsers that are linked to the contact.",
      request: { params, query: pageQuery },
      responses: { 200: jsonPage(contactEvent, "A page of events, the last first"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = await existingContact(deps, c.req.valid("param").id);
      const { rows, nextCursor } = await readPage(c.req.valid("query"), byTime, (stretch) =>
        contactEvents(deps, id, stretch),
      );
      return c.json({ data: rows.map(presentEvent), nextCursor }, 200);
    },
  )
  .openapi(
    route("delete", "/contacts/{id}", requires("orders:write"), {
      summary: "Erase a contact",
      description:
        "Fields, events, browsers and what the customer is known by go, also from reports and orders. Orders, conversions that counted, credit and all money stay, and are nobody's. It can't be undone.",
      request: { params },
      responses: { 204: { description: "Erased" }, ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = c.req.valid("param");
      const planErasure = await eraseContact(deps, id);
      return carryOut(c, planErasure);
    },
  )
  .openapi(
    route("get", "/conversion-definitions/{id}/segment", requires("plans:read"), {
      summary: "Read how far a definition's segments are looked at",
      description: "Contacts that wait to be looked at, and the sweep over all contacts that an activation begins.",
      request: { params: idParams("definition") },
      responses: { 200: jsonContent(segmentLag, "The lag"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const { row } = await existingDefinition(deps, c.req.valid("param").id);
      return c.json(await segmentLagOf(deps, row), 200);
    },
  );

/** Throws a `Problem` (422) for what can be no customer's id. */
async function hashOf(visitorKey: string | undefined, storeId: string, customer: string): Promise<string> {
  const known = customerOf(customer);
  const hash = known === null ? null : await customerHasher(visitorKey)(storeId, known);
  if (hash === null) throw Problem.invalid("customer", "must be the customer's id, and VISITOR_KEY be set");
  return hash;
}
