import type { Context } from "hono";
import type { AppTypes, Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import { commit } from "../../ground/http/commit.ts";
import { endMsOf, msOf } from "../../ground/http/fields.ts";
import type { Answer } from "../../ground/http/idempotency.ts";
import { Problem } from "../../ground/http/problem.ts";
import { findStore } from "../../programme/store/store.ts";
import { presentDetail } from "./present.ts";
import type { FileFormat } from "./read-file.ts";
import { receive, refuseLength, type Upload } from "./receive-run.ts";
import type { UploadQuery } from "./schema.ts";
import { statusKey } from "./status-words.ts";
import { type ReconciliationRow, sameFileAs } from "./store.ts";
import { workBehind } from "./run.ts";
import { failReconciliation, finishUpload } from "./write.ts";

const FORMATS: Readonly<Record<string, FileFormat>> = {
  "text/csv": "csv",
  "application/json": "json",
  "application/x-ndjson": "ndjson",
};

/** Encodings that are read; which it is, the file's first bytes tell. */
const CHARSETS: ReadonlySet<string> = new Set(["utf-8", "utf8", "utf-16", "utf-16le", "utf-16be"]);

/**
 * Takes the export that is a request's body, and has it compared behind the answer. Throws a `Problem`: 413,
 * 415, 422 for a store that isn't there, and what `receive` throws.
 */
export async function takeUpload(c: Context<AppTypes>, query: UploadQuery): Promise<Answer> {
  const { deps } = c.env;
  const format = formatOf(c.req.header("content-type"));
  refuseLength(c.req.header("content-length"));
  const store = await findStore(deps, query.store);
  if (store === null) throw Problem.invalid("store", "is not a store");
  const upload: Upload = {
    store,
    actor: c.var.actor.id,
    format,
    preset: query.preset ?? null,
    map: query.map ?? {},
    dryRun: query.dryRun === "true",
    from: msOf(query.from) ?? null,
    to: endMsOf(query.to) ?? null,
    dateOrder: query.dateOrder ?? null,
    statuses: new Map(Object.entries(query.statuses ?? {}).map(([word, status]) => [statusKey(word), status])),
  };
  const row = await receive(deps, upload, c.req.raw.body);
  // The body by which a repeat of the request is known again: the file itself is held nowhere.
  c.set("bodyText", row.fileHash ?? "");
  return finish(c, row);
}

/** How a body of this content type is written. Throws a `Problem` (415) for what is no export, or in another encoding. */
function formatOf(contentType: string | undefined): FileFormat {
  const [type = "", ...parameters] = (contentType ?? "").toLowerCase().split(";");
  const charset = parameters.map((text) => /^\s*charset\s*=\s*"?([^"\s]*)/.exec(text)?.[1]).find(Boolean);
  const format = Object.hasOwn(FORMATS, type.trim()) ? FORMATS[type.trim()] : undefined;
  if (format === undefined || (charset !== undefined && !CHARSETS.has(charset))) {
    throw new Problem("unsupported_type", `Send ${Object.keys(FORMATS).join(", ")}, in UTF-8.`);
  }
  return format;
}

/** Ends an upload, and has it compared; one that the request's key came with before is dropped again. */
async function finish(c: Context<AppTypes>, row: ReconciliationRow): Promise<Answer> {
  const { deps } = c.env;
  try {
    const answer = await commit(c, async () => {
      const body = presentDetail({ ...row, sameFileAs: await sameFileAs(deps, row) }, [], null);
      return {
        statements: finishUpload(deps, row),
        audit: [{ action: "import" as const, entity: "reconciliation", entityId: row.id, before: null, after: body }],
        status: 202 as const,
        body,
      };
    });
    const { id } = JSON.parse(answer.body) as { id: string };
    if (id === row.id) workBehind(deps, id);
    else await drop(deps, row.id, `The request was answered before, by ${id}.`);
    return answer;
  } catch (error) {
    await drop(deps, row.id, error instanceof Problem ? error.message : "It could not be written.");
    throw error;
  }
}

/** Gives up what was received; the cron does if this can't. */
async function drop(deps: Deps, id: string, failure: string): Promise<void> {
  try {
    await failReconciliation(deps, id, "receiving", failure, deps.now()).run();
  } catch (error) {
    console.error(JSON.stringify({ event: "upload_not_closed", id, message: errorText(error) }));
  }
}
