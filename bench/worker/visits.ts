import { env, WorkerEntrypoint } from "cloudflare:workers";

import { addWaitingSums } from "../../src/visits/log/add-run.ts";

export { default } from "../../src/index.ts";

let rows = 0;
let writes = 0;

// Only what pages told is written here: the rows of all batches are its own. The Worker itself is the deployed one.
const kind = Object.getPrototypeOf(env.DB) as { batch: D1Database["batch"] };
const original = kind.batch;
kind.batch = async function batch<Row>(this: D1Database, statements: D1PreparedStatement[]): Promise<D1Result<Row>[]> {
  const results = await original.call(this, statements);
  const written = results.reduce((sum, { meta }) => sum + meta.rows_written, 0);
  rows += written;
  if (written > 0) writes += 1;
  return results as D1Result<Row>[];
};

/** Tells how many rows this isolate has written to D1, and in how many batches; at `/add` after adding what waits. */
export class Written extends WorkerEntrypoint {
  override async fetch(request: Request): Promise<Response> {
    if (new URL(request.url).pathname === "/add") await addWaitingSums(env.DB);
    return Response.json({ rows, writes });
  }
}
