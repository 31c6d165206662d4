import { requires } from "../../ground/http/auth.ts";
import { commit, respond } from "../../ground/http/commit.ts";
import { adminRoute, createRouter, jsonContent, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { decodeSeqCursor, encodeSeqCursor, pageOf, pageQuery } from "../../ground/http/pagination.ts";
import { Problem } from "../../ground/http/problem.ts";
import { restoreArchive } from "./restore.ts";
import { archiveSchema, restoreRequest } from "./schema.ts";
import { findArchive, listArchives, presentArchive } from "./store.ts";

/** `/archives`: files of clicks that have left the log. */
export const archiveRoutes = createRouter()
  .openapi(
    adminRoute("get", "/archives", requires("settings:read"), {
      tags: ["Operations"],
      summary: "List files of archived clicks",
      request: { query: pageQuery },
      responses: { 200: jsonContent(pageOf(archiveSchema), "A page of files, the latest clicks first"), ...problems() },
    }),
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      const rows = await listArchives(c.env.deps.d1, decodeSeqCursor(cursor), limit + 1);
      const data = rows.slice(0, limit);
      const last = data.at(-1);
      const nextCursor = rows.length > limit && last !== undefined ? encodeSeqCursor(last.firstSeq) : null;
      return c.json({ data: data.map(presentArchive), nextCursor }, 200);
    },
  )
  .openapi(
    adminRoute("post", "/archives/restore", requires("settings:write"), {
      tags: ["Operations"],
      summary: "Bring archived clicks back into the log",
      description:
        "Until the next nightly run, which takes them out again. Reports don't change by it. Harmless to repeat.",
      request: { body: jsonRequest(restoreRequest) },
      responses: {
        200: jsonContent(archiveSchema, "The file as it is now"),
        ...problems("not_found", "archive_damaged", "archive_busy"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const { key } = c.req.valid("json");
      return respond(
        await commit(c, async () => {
          const before = await findArchive(deps.d1, key);
          const outcome = await restoreArchive(deps.env, key, deps.now());
          if (before === null || outcome.kind === "missing")
            throw new Problem("not_found", `There is no archive ${key}.`);
          if (outcome.kind === "damaged")
            throw new Problem("archive_damaged", `${key} is not what was written; nothing was restored.`);
          if (outcome.kind === "busy")
            throw new Problem("archive_busy", "Clicks are being archived or restored. Try again later.");
          const after = presentArchive(outcome.row);
          return {
            statements: [],
            audit: [
              { action: "update", entity: "click_archive", entityId: key, before: presentArchive(before), after },
            ],
            status: 200,
            body: after,
          };
        }),
      );
    },
  );
