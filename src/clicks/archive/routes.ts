import { requires } from "../../ground/http/auth.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { byNumber, listHandler, pageQuery } from "../../ground/http/pagination.ts";
import { Problem } from "../../ground/http/problem.ts";
import { restoreArchive } from "./restore-run.ts";
import { archiveSchema, restoreRequest } from "./schema.ts";
import { type ArchiveRow, findArchive, listArchives, presentArchive } from "./store.ts";

const route = adminRoutes("Operations");

const byFirstSeq = byNumber(({ firstSeq }: ArchiveRow) => firstSeq);

/** `/archives`: files of clicks that have left the log. */
export const archiveRoutes = createRouter()
  .openapi(
    route("get", "/archives", requires("settings:read"), {
      summary: "List files of archived clicks",
      request: { query: pageQuery },
      responses: { 200: jsonPage(archiveSchema, "A page of files, the latest clicks first"), ...problems() },
    }),
    listHandler(byFirstSeq, listArchives, presentArchive),
  )
  .openapi(
    route("post", "/archives/restore", requires("settings:write"), {
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
      return carryOut(c, async () => {
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
          audit: [{ action: "update", entity: "click_archive", entityId: key, before: presentArchive(before), after }],
          status: 200,
          body: after,
        };
      });
    },
  );
