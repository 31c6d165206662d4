import { requires } from "../../ground/http/auth.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { errorText } from "../../ground/error-text.ts";
import type { Deps } from "../../ground/deps.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { byId, expandQuery, readPage } from "../../ground/http/pagination.ts";
import { creatorNames } from "../../sales/attribution/names-store.ts";
import { presentExplanation } from "../../sales/order/present.ts";
import { presentDefinition } from "../definition/present.ts";
import { findDefinition } from "../definition/store.ts";
import { countDepsOf, evaluateDue } from "../due-run.ts";
import { type HandChange, planHandConversion } from "./hand-change.ts";
import { existingConversion, listConversions } from "./list-store.ts";
import { presentConversion } from "./present.ts";
import { relinkConversions } from "./recount-run.ts";
import { conversionDetail, conversionQuery, conversionSchema, newConversion } from "./schema.ts";

const route = adminRoutes("Conversions");

/** How long is worked behind an answer, ms. */
const BEHIND_MS = 5_000;

/** `/conversions`: what was counted, whose it is, and why. */
export const conversionRoutes = createRouter()
  .openapi(
    route("get", "/conversions", requires("orders:read"), {
      summary: "List conversions",
      request: { query: conversionQuery },
      responses: { 200: jsonPage(conversionSchema, "A page of conversions, newest first"), ...problems() },
    }),
    async (c) => {
      const query = c.req.valid("query");
      const { rows, nextCursor } = await readPage(query, byId, (stretch) =>
        listConversions(c.env.deps, stretch, query),
      );
      return c.json({ data: rows.map((row) => presentConversion(row, row.currency)), nextCursor }, 200);
    },
  )
  .openapi(
    route("get", "/conversions/{id}", requires("orders:read"), {
      summary: "Read a conversion",
      description: "With the event that made it, and why it is credited as it is.",
      request: { params: idParams("conversion"), query: expandQuery },
      responses: { 200: jsonContent(conversionDetail, "The conversion"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const row = await existingConversion(deps, c.req.valid("param").id);
      const { decision, candidates } = row.explanation;
      const [shown, names] = await Promise.all([
        findDefinition(deps, row.definitionId),
        creatorNames(deps.d1, [decision, ...candidates.map(({ reason }) => reason)]),
      ]);
      const words = shown === null ? [] : presentDefinition(shown).summary;
      return c.json(
        {
          ...presentConversion(row, row.currency),
          evidence: {
            event: row.eventKey,
            triggerIndex: row.triggerIndex,
            triggerWords: words[row.triggerIndex] ?? null,
          },
          explanation: presentExplanation({ explanation: row.explanation, manual: null }, names),
        },
        200,
      );
    },
  )
  .openapi(
    route("post", "/conversion-definitions/{id}/conversions", requires("orders:write"), {
      summary: "Record a conversion by hand, or by a server",
      description:
        "It is confirmed by that, whatever its trigger's conditions. For definitions with a manual, script, event or call trigger. With the `eventId` of an event that a page reported it confirms that one, and what the page left open is filled in.",
      request: { params: idParams("definition"), body: jsonRequest(newConversion) },
      responses: {
        201: jsonContent(
          conversionSchema,
          "The conversion as it is now; one over the limit is recorded, and doesn't count",
        ),
        ...problems("not_found", "definition_inactive", "list_full"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      return carryOut(
        c,
        async () => planHandConversion(deps, c.req.valid("param").id, c.req.valid("json")),
        (done) => {
          if (done.isAwaited || done.customerHash !== null) deps.waitUntil(followed(deps, done));
        },
      );
    },
  );

/** What was known by the customer alone is the contact's, and what waits for the conversion is made; else the cron does it. */
async function followed(deps: Deps, { storeId, customerHash, isAwaited }: HandChange): Promise<void> {
  try {
    const now = deps.now();
    if (customerHash !== null) {
      await relinkConversions(await countDepsOf(deps.env, now), storeId, { customers: [customerHash] });
    }
    if (isAwaited) await evaluateDue(deps.env, now, { timeMs: BEHIND_MS });
  } catch (error) {
    console.warn(JSON.stringify({ event: "evaluating_left_to_cron", message: errorText(error) }));
  }
}
