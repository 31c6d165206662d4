/**
 * `npm start`: the Worker on this machine with a demo to look at. `PORT` sets its port (8787), and
 * `WAYMARK_STATE` the directory of its data. With the demo store's secret in `WAYMARK_STORE_SECRET`, the demo
 * shop's server reports its orders too.
 */
import { AdminApi } from "./admin-api.ts";
import { tickCrons } from "./cron.ts";
import { DEMO_STORE_KEY, loadDemo, openPortal } from "./demo.ts";
import { readStoreSecret, startDemoShop } from "./demo-shop.ts";
import { createDevVars, readAdminKey } from "./dev-vars.ts";
import { Failure } from "./failure.ts";
import { waitUntilReady } from "./ready.ts";
import { onParentGone } from "./parent.ts";
import { HOST, readSettings, requireFreePort } from "./settings.ts";
import { welcome } from "./welcome.ts";
import { applyMigrations, startWorker } from "./wrangler.ts";

/** Runs until `stop` aborts or wrangler ends, and returns the code to exit with. */
async function run(stop: AbortSignal): Promise<number> {
  const settings = readSettings(process.env);
  await requireFreePort(settings.port);
  if (await createDevVars()) console.log("Made .dev.vars with fresh secrets.");
  const adminKey = await readAdminKey();
  await applyMigrations(settings.state, stop);

  const origin = `http://${HOST}:${settings.port}`;
  const shop = await startDemoShop(settings.port + 1, {
    waymark: origin,
    store: DEMO_STORE_KEY,
    secret: readStoreSecret(process.env),
  });
  const worker = startWorker(settings);
  const gone = new AbortController();
  void worker.exited.then(() => gone.abort());
  const end = AbortSignal.any([stop, gone.signal]);
  try {
    await waitUntilReady(origin, end);
    const api = new AdminApi(origin, adminKey, end);
    await loadDemo(api, shop.origin);
    console.log(welcome(origin, await openPortal(api)));
    await tickCrons(origin, end);
  } catch (error) {
    if (!end.aborted) throw error;
  } finally {
    shop.close();
    await worker.stop();
  }
  const code = await worker.exited;
  if (!stop.aborted) console.error(`wrangler ended by itself, with code ${code}.`);
  return code;
}

const stop = new AbortController();
// A terminal's Ctrl-C reaches this process twice, directly and through npm: the second changes nothing.
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => stop.abort());
if (process.env.npm_lifecycle_event !== undefined) onParentGone(() => stop.abort());

let code = 1;
try {
  code = await run(stop.signal);
} catch (error) {
  if (!stop.signal.aborted) console.error(error instanceof Failure ? error.message : error);
}
// Not left to Node: a kept-alive connection would hold the process for seconds.
process.exit(stop.signal.aborted ? 0 : code);
