import { requires } from "../../ground/http/auth.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonRequest, problems } from "../../ground/http/openapi.ts";
import * as z from "../../ground/http/zod.ts";
import { clearAlarm } from "../../journal/alarm/store.ts";
import { existingStore } from "../../programme/store/store.ts";
import { existingCarrier, planCarrier, planCarrierEnd, shownCarrier } from "./connect-change.ts";
import { CARRIER_BODIES, carrierParams, carrierSchema } from "./schema.ts";
import { listCarriers, subjectOf } from "./store.ts";

const route = adminRoutes("Calls");

const router = createRouter();

const NAMES = { twilio: "TwilioConnection", telnyx: "TelnyxConnection", callrail: "CallRailConnection" } as const;

/** The bodies by carrier, for the reference: which of them is meant is the path's to say. */
for (const [carrier, name] of Object.entries(NAMES)) {
  router.openAPIRegistry.register(name, CARRIER_BODIES[carrier as keyof typeof NAMES]);
}
const request = z.looseObject({}).openapi("CarrierConnectionRequest", {
  description: "What messages are checked with, by carrier.",
  anyOf: Object.values(NAMES).map((name) => ({ $ref: `#/components/schemas/${name}` })),
});

/** `/stores/{id}/carriers`: whose webhooks tell of a store's calls. */
export const carrierRoutes = router
  .openapi(
    route("get", "/stores/{id}/carriers", requires("settings:read"), {
      summary: "List the carriers that a store is connected to",
      request: { params: idParams("store") },
      responses: {
        200: jsonContent(z.object({ data: z.array(carrierSchema) }), "All of them"),
        ...problems("not_found"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = await existingStore(deps, c.req.valid("param").id);
      const rows = await listCarriers(deps, id);
      return c.json({ data: await Promise.all(rows.map((row) => shownCarrier(deps, row, c.req.url))) }, 200);
    },
  )
  .openapi(
    route("get", "/stores/{id}/carriers/{carrier}", requires("settings:read"), {
      summary: "Read a store's connection to a carrier",
      request: { params: carrierParams },
      responses: { 200: jsonContent(carrierSchema, "The connection"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const row = await existingCarrier(deps, c.req.valid("param"));
      return c.json(await shownCarrier(deps, row, c.req.url), 200);
    },
  )
  .openapi(
    route("put", "/stores/{id}/carriers/{carrier}", requires("settings:write", "orders:write"), {
      summary: "Connect a store to a carrier",
      description:
        "Then give `webhookUrl` to the carrier. What signs its messages is sealed, and is never shown again; once it is changed, what is signed with the one before is taken for an hour more.",
      request: { params: carrierParams, body: jsonRequest(request) },
      responses: { 200: jsonContent(carrierSchema, "The connection"), ...problems("not_found", "unavailable") },
    }),
    async (c) => carryOut(c, () => planCarrier(c.env.deps, c.req.valid("param"), c.req.valid("json"), c.req.url)),
  )
  .openapi(
    route("delete", "/stores/{id}/carriers/{carrier}", requires("settings:write", "orders:write"), {
      summary: "Disconnect a store from a carrier",
      description: "Forgets what its messages are checked with, and takes no more of them. Calls stay.",
      request: { params: carrierParams },
      responses: { 204: { description: "Disconnected" }, ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id, carrier } = c.req.valid("param");
      const answer = await carryOut(c, () => planCarrierEnd(deps, { id, carrier }));
      await clearAlarm(deps.d1, "carrier_refused", subjectOf({ storeId: id, carrier }), deps.now());
      return answer;
    },
  );
