import * as z from "../../ground/http/zod.ts";
import { requires } from "../../ground/http/auth.ts";
import { adminRoutes, createRouter, jsonContent, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { Problem } from "../../ground/http/problem.ts";
import { ingestClicks } from "./ingest.ts";
import { readBatch } from "./read-batch.ts";

const route = adminRoutes("Operations");

/** Clicks in one request at most: one event of the Worker's log has up to 200. */
const MAX_CLICKS = 500;

const restoreBody = z
  .strictObject({
    clicks: z.array(z.unknown()).min(1).max(MAX_CLICKS).openapi({
      description: "As they stand in a `clicks_unlogged` event of the Worker's log.",
      type: "array",
    }),
  })
  .openapi("UnloggedClicks");

/** `/clicks/restore`: brings clicks back that only the Worker's own log has. */
export const restoreClickRoutes = createRouter().openapi(
  route("post", "/clicks/restore", requires("settings:write"), {
    summary: "Restore clicks from the Worker's log",
    description:
      "For the `clicks` of `clicks_unlogged` events, written when queue and D1 had both failed. A click that is in the log already is passed over, so it is harmless to repeat.",
    request: { body: jsonRequest(restoreBody) },
    responses: {
      200: jsonContent(z.object({ restored: z.int() }), "How many clicks the log is now sure to have"),
      ...problems(),
    },
  }),
  async (c) => {
    const { env, config, now } = c.env.deps;
    const { clicks } = c.req.valid("json");
    const damaged = clicks.findIndex((click) => readBatch({ v: 1, clicks: [click] })?.clicks.length !== 1);
    if (damaged >= 0) throw Problem.invalid(`clicks.${damaged}`, "is not a click as the Worker logs it");
    const batch = readBatch({ v: 1, clicks });
    if (batch !== null) await ingestClicks(env, config, [batch], now());
    return c.json({ restored: clicks.length }, 200);
  },
);
