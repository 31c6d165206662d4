/**
 * `npm start`: the Worker on this machine with a demo to look at. `PORT` sets its port (8787), and
 * `WAYMARK_STATE` the directory of its data. The demo shop's server reports its orders with the demo store's
 * secret, which is kept beside the data, or is `WAYMARK_STORE_SECRET` if that is set; with `none` there, only
 * its pages report.
 */
import { AdminApi } from "./admin-api.ts";
import { tickCrons } from "./cron.ts";
import { DEMO_STORE_KEY, loadDemo, openPortal } from "./demo.ts";
import { keepDemoSecret } from "./demo-secret.ts";
import { readStoreSecret, startDemoShop } from "./demo-shop.ts";
import { createDevVars, readAdminKey } from "./dev-vars.ts";
import { Failure } from "./failure.ts";
import { requireReady, waitUntilUp } from "./ready.ts";
import { onParentGone } from "./parent.ts";
import { step } from "./progress.ts";
import { HOST, readSettings, requireFreePort } from "./settings.ts";
import { welcome } from "./welcome.ts";
import { applyMigrations, startWorker } from "./wrangler.ts";

/** Runs until `stop` aborts or wrangler ends, and returns the code to exit with. */
async function run(stop: AbortSignal): Promise<number> {
  const began = Date.now();
  const settings = readSettings(process.env);
  await requireFreePort(settings.port);
  if (await createDevVars()) console.log("Made .dev.vars with fresh secrets.");
  const adminKey = await readAdminKey();
  console.log("A first start takes some seconds, on a slow machine up to a minute.");
  await step(write, "Bringing the local database up to date", () => applyMigrations(settings.state, stop));

  const origin = `http://${HOST}:${settings.port}`;
  const given = readStoreSecret(process.env);
  const shop = await startDemoShop(settings.port + 1, { waymark: origin, store: DEMO_STORE_KEY });
  const worker = startWorker(settings);
  const gone = new AbortController();
  void worker.exited.then(() => gone.abort());
  const end = AbortSignal.any([stop, gone.signal]);
  try {
    await step(write, "Starting the Worker", async () => {
      await waitUntilUp(origin, end);
      await requireReady(origin, adminKey, end);
    });
    const api = new AdminApi(origin, adminKey, end);
    const portal = await step(write, "Loading the demo: a store, two creators, a campaign, three links", async () => {
      const { storeId, madeSecret } = await loadDemo(api, shop.origin);
      const confirms = given ?? (await keepDemoSecret(api, settings.state, { storeId, made: madeSecret }));
      if (confirms !== PAGES_ALONE) shop.confirmWith(confirms);
      return openPortal(api);
    });
    console.log(`\n${welcome(origin, portal, (Date.now() - began) / 1000)}`);
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

/** As `WAYMARK_STORE_SECRET`: the shop's server keeps silent, so that orders stay what a browser claims. */
const PAGES_ALONE = "none";

const write = (text: string): void => void process.stdout.write(text);

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
