import { errorText } from "../../ground/error-text.ts";
import type { Deps } from "../../ground/deps.ts";
import { requires } from "../../ground/http/auth.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { presentBackfill, planBackfill } from "./backfill-change.ts";
import { runBackfills } from "./backfill-run.ts";
import { existingBackfill } from "./backfill-store.ts";
import { backfillRequest, backfillSchema } from "./schema.ts";

const route = adminRoutes("Conversions");
const params = idParams("definition");

/** How long is worked behind an answer, ms. */
const BEHIND_MS = 5_000;

/** `/conversion-definitions/{id}/backfill`: what happened before a definition. */
export const backfillRoutes = createRouter()
  .openapi(
    route("post", "/conversion-definitions/{id}/backfill", requires("plans:write", "orders:write"), {
      summary: "Apply a conversion definition to the past",
      description:
        "What happened before it came into force is counted, as far as it is kept: events of 90 days, orders, and conversions that it waits for. Without `confirm` the answer says how many that are. They are marked `backfill`, take no place of a limit from others, and earn nobody anything. Doing it again makes nothing twice. Contacts that meet a segment are found as the definition is activated.",
      request: { params, body: jsonRequest(backfillRequest) },
      responses: {
        202: jsonContent(backfillSchema, "It has begun"),
        ...problems("not_found", "definition_inactive", "backfill_running", "confirm_needed"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      return carryOut(
        c,
        async () => planBackfill(deps, c.var.actor, c.req.valid("param").id, c.req.valid("json")),
        () => deps.waitUntil(begun(deps)),
      );
    },
  )
  .openapi(
    route("get", "/conversion-definitions/{id}/backfill", requires("plans:read"), {
      summary: "Read how far a conversion definition is applied to the past",
      request: { params },
      responses: { 200: jsonContent(backfillSchema, "The last time that it was"), ...problems("not_found") },
    }),
    async (c) => c.json(presentBackfill(await existingBackfill(c.env.deps, c.req.valid("param").id)), 200),
  );

/** The first pages are applied behind the answer; the cron does the rest. */
async function begun({ env, now }: Deps): Promise<void> {
  try {
    await runBackfills(env, now(), BEHIND_MS);
  } catch (error) {
    console.warn(JSON.stringify({ event: "backfill_left_to_cron", message: errorText(error) }));
  }
}
