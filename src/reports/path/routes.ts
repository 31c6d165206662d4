import { existingContact } from "../../conversions/contact/store.ts";
import { requires } from "../../ground/http/auth.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, problems } from "../../ground/http/openapi.ts";
import { orNotFound } from "../../ground/http/problem.ts";
import { findOrder } from "../../sales/order/store.ts";
import { pathOfContact, pathOfOrder } from "./load-path.ts";
import { pathSchema } from "./schema.ts";

const route = adminRoutes("Calls");
const existingOrder = orNotFound("order", findOrder);

const BOUNDS =
  "Each step has its exact time and what tells of it; `hidden` says what isn't shown, and why. The last 1,000 pages, and the last 200 of every other kind.";

/** `/contacts/{id}/path`, `/orders/{id}/path`: the whole way of a customer, from the advertisement to the payout. */
export const pathRoutes = createRouter()
  .openapi(
    route("get", "/contacts/{id}/path", requires("orders:read"), {
      summary: "Read a customer's path",
      description: `Advertisement, link, visit, pages, calls, conversions, orders, commission, payout. ${BOUNDS}`,
      request: { params: idParams("contact") },
      responses: { 200: jsonContent(pathSchema, "The path"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      return c.json(await pathOfContact(deps, await existingContact(deps, c.req.valid("param").id)), 200);
    },
  )
  .openapi(
    route("get", "/orders/{id}/path", requires("orders:read"), {
      summary: "Read the path to an order",
      description: `What its customer did until it was placed, who is credited and why, and what became of the commission. Without a known customer it has what the order itself knows. ${BOUNDS}`,
      request: { params: idParams("order") },
      responses: { 200: jsonContent(pathSchema, "The path"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      return c.json(await pathOfOrder(deps, await existingOrder(deps, c.req.valid("param").id)), 200);
    },
  );
