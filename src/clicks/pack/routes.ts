import { requires } from "../../ground/http/auth.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { adminRoutes, createRouter, jsonContent, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { packingRequest, packingSchema } from "./schema.ts";
import { readPacking, setDirection } from "./store.ts";

const route = adminRoutes("Operations");

/** `/click-log/packing`: how far clicks of before are packed, and the way back. */
export const packingRoutes = createRouter()
  .openapi(
    route("get", "/click-log/packing", requires("settings:read"), {
      summary: "See how the click log is kept",
      responses: { 200: jsonContent(packingSchema, "Clicks as rows and in batches"), ...problems() },
    }),
    async (c) => c.json(await readPacking(c.env.deps), 200),
  )
  .openapi(
    route("post", "/click-log/packing", requires("settings:write"), {
      summary: "Pack clicks of before, stop, or go back",
      description:
        "Every minute moves some tens of thousands of clicks. Lists, exports and reports don't change by it.",
      request: { body: jsonRequest(packingRequest) },
      responses: { 200: jsonContent(packingSchema, "How the log is kept now"), ...problems() },
    }),
    async (c) => {
      const { deps } = c.env;
      const { direction } = c.req.valid("json");
      return carryOut(c, async () => {
        const before = await readPacking(deps);
        const body = { ...before, direction };
        return {
          statements: [setDirection(deps.d1, direction, deps.now())],
          audit: [
            {
              action: "update",
              entity: "click_packing",
              entityId: "clicks",
              before: { direction: before.direction },
              after: { direction },
            },
          ],
          status: 200,
          body,
        };
      });
    },
  );
