/**
 * `npm start`: the Worker on this machine with a demo to look at. `PORT` sets its port (8787), and
 * `WAYMARK_STATE` the directory of its data. Beside it run stand-ins of the platforms that stores can be connected to,
 * and one of them has a shop that a second demo store is connected to. The demo shop's server reports its orders with the demo store's
 * secret, which is kept beside the data, or is `WAYMARK_STORE_SECRET` if that is set; with `none` there, only
 * its pages report.
 */
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { AdminApi } from "./admin-api.ts";
import { tickCrons } from "./cron.ts";
import { DEMO_STORE_KEY, loadDemo, openPortal } from "./demo.ts";
import { loadDemoCalls } from "./demo-calls.ts";
import { connectDemoShop } from "./demo-connected.ts";
import { keepDemoSecret } from "./demo-secret.ts";
import { readStoreSecret, startDemoShop } from "./demo-shop.ts";
import { createDevVars, readAdminKey, takesStandIns } from "./dev-vars.ts";
import { drain, readOnTheWay } from "./drain.ts";
import { Failure } from "./failure.ts";
import { Front } from "./front.ts";
import { requireReady, waitUntilUp } from "./ready.ts";
import { onParentGone } from "./parent.ts";
import { step } from "./progress.ts";
import { findFreePort, HOST, readSettings, requireFreePort, type Settings } from "./settings.ts";
import { welcome } from "./welcome.ts";
import { originsOf, type Stand } from "./shops/stand.ts";
import { applyMigrations, type LocalWorker, startWorker } from "./wrangler.ts";

/** A runtime that ends by itself is started again, but not for ever: this often within the time below. */
const RESTARTS = 3;

const RESTARTS_WITHIN_MS = 60_000;

/** Signals this soon after the first are the same Ctrl-C: a terminal sends it here and to npm, which passes it on; ms. */
const SAME_SIGNAL_MS = 500;

/** When the Worker doesn't say what waits in it, it is given what its buffer and the queue take, ms. */
const BLIND_WAIT_MS = 2_000;

/** Where the stand-ins listen: so far behind the Worker's port. */
const STANDS_BEHIND = 4;

/** What one run of the script works with. */
interface Run {
  settings: Settings;
  adminKey: string;
  front: Front;
  /** Stand-ins of platforms; none where others are used. */
  stands: readonly Stand[];
  /** Aborts when the run is to end. */
  stop: AbortSignal;
  /** Aborts when it is to end at once. */
  hurry: AbortSignal;
}

/** Runs until `stop` aborts. Throws a {@link Failure} if it can't, or can't any longer. */
async function run(stop: AbortSignal, hurry: AbortSignal): Promise<void> {
  const began = Date.now();
  const settings = readSettings(process.env);
  await requireFreePort(settings.port);
  if (await createDevVars()) console.log("Made .dev.vars with fresh secrets.");
  const adminKey = await readAdminKey();
  const front = await Front.open(settings.port);
  console.log("A first start takes some seconds, on a slow machine up to a minute.");
  await step(write, "Bringing the local database up to date", () => applyMigrations(settings.state, stop));

  const origin = `http://${HOST}:${settings.port}`;
  const given = readStoreSecret(process.env);
  const shop = await startDemoShop(settings.port + 1, { waymark: origin, store: DEMO_STORE_KEY });
  const stands = (await takesStandIns()) ? await startStandsBehind(settings.port) : [];
  const own: Run = { settings, adminKey, front, stands, stop, hurry };
  let worker: LocalWorker | null = null;
  try {
    worker = await step(write, "Starting the Worker", () => bringUp(own));
    const api = new AdminApi(origin, adminKey, AbortSignal.any([stop, worker.gone]));
    const { portal, connected, storeId } = await step(
      write,
      "Loading the demo: stores, two creators, campaigns, three links, some calls",
      async () => {
        const { storeId, madeSecret, creatorIds } = await loadDemo(api, shop.origin);
        const confirms = given ?? (await keepDemoSecret(api, settings.state, { storeId, made: madeSecret }));
        if (confirms !== PAGES_ALONE) shop.confirmWith(confirms);
        const connected = await connectDemoShop(api, stands, { creatorIds, shopOrigin: shop.origin });
        await loadDemoCalls(api, { storeId, creatorId: creatorIds[0] ?? "", waymark: origin });
        return { portal: await openPortal(api), connected, storeId };
      },
    );
    console.log(`\n${welcome(origin, { portal, connected, storeId }, (Date.now() - began) / 1000)}`);
    void tickCrons(origin, stop).catch(() => undefined);
    const restarts: number[] = [];
    for (;;) {
      await aborted(stop, worker.gone);
      if (stop.aborted) break;
      worker = await restart(own, await worker.exited, restarts);
    }
  } finally {
    shop.close();
    if (worker !== null) await end(own, worker);
    for (const stand of stands) await stand.close();
    front.close();
  }
}

/** Starts the stand-ins. They are loaded where they are wanted alone: they are half of what this script is made of. */
async function startStandsBehind(port: number): Promise<Stand[]> {
  const { startStandsAt } = await import("./shops/stands.ts");
  return startStandsAt(port + STANDS_BEHIND);
}

/** Starts a Worker, waits until it can do its work, and leads requests to it. Throws a {@link Failure} if it can't. */
async function bringUp({ settings, adminKey, front, stands, stop, hurry }: Run): Promise<LocalWorker> {
  const origins = stands.length > 0 && { PROVIDER_ORIGINS: JSON.stringify(originsOf(stands)) };
  const worker = startWorker({ ...settings, port: await findFreePort() }, { ...origins });
  hurry.addEventListener("abort", worker.kill);
  const signal = AbortSignal.any([stop, worker.gone]);
  try {
    await waitUntilUp(worker.origin, signal);
    await requireReady(worker.origin, adminKey, signal);
  } catch (error) {
    await worker.stop();
    if (stop.aborted || !signal.aborted) throw error;
    throw new Failure(`wrangler ended by itself, with code ${await worker.exited}.`);
  }
  front.leadTo(worker.port);
  return worker;
}

/** Starts another Worker for one that ended by itself with `code`; `restarts` has the times of earlier ones, ms UTC. */
async function restart(own: Run, code: number, restarts: number[]): Promise<LocalWorker> {
  own.front.leadTo(null);
  console.error(
    `\nThe Worker ended by itself (wrangler's code ${code}). Clicks of its last second or so may be lost: see docs/reliability.md.`,
  );
  const now = Date.now();
  restarts.push(now);
  if (restarts.filter((time) => time > now - RESTARTS_WITHIN_MS).length > RESTARTS) {
    throw new Failure(`It ended ${RESTARTS + 1} times within a minute, so it isn't started again.`);
  }
  return step(write, "Starting it again; until it runs, requests are answered 503", () => bringUp(own));
}

/** Ends the Worker: once what waits in it is written, unless it is gone or there is no time. */
async function end({ front, stop, hurry, adminKey }: Run, worker: LocalWorker): Promise<void> {
  if (stop.aborted && !worker.gone.aborted) {
    console.log(
      "\nStopping: no more requests are taken, and clicks on their way are written. Ctrl-C again ends at once.",
    );
    await front.hold();
    const since = Date.now();
    const signal = AbortSignal.any([worker.gone, hurry]);
    try {
      const { done, written, last } = await drain(() => readOnTheWay(worker.origin, adminKey, signal));
      const took = `${Date.now() - since} ms`;
      if (done) console.log(`All clicks are in the log; still on their way until now: ${written} (${took}).`);
      else console.error(`After ${took} clicks are still on their way, and are lost: ${JSON.stringify(last)}.`);
    } catch (error) {
      if (hurry.aborted) console.error("Ended at once: clicks on their way are lost.");
      else if (worker.gone.aborted) console.error("The Worker ended meanwhile: clicks on their way are lost.");
      else {
        await delay(BLIND_WAIT_MS, undefined, { signal }).catch(() => undefined);
        console.error(`Waited ${Date.now() - since} ms for clicks: the Worker doesn't say (${String(error)}).`);
      }
    }
  }
  await worker.stop();
}

/** Resolves once one of the signals has aborted. */
async function aborted(...signals: AbortSignal[]): Promise<void> {
  const any = AbortSignal.any(signals);
  if (!any.aborted) await once(any, "abort");
}

/** As `WAYMARK_STORE_SECRET`: the shop's server keeps silent, so that orders stay what a browser claims. */
const PAGES_ALONE = "none";

const write = (text: string): void => void process.stdout.write(text);

const stop = new AbortController();
const hurry = new AbortController();
let stoppedAt = 0;
// A terminal that was closed takes no more words.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => {
    if (!stop.signal.aborted) {
      stoppedAt = Date.now();
      stop.abort();
    } else if (Date.now() - stoppedAt > SAME_SIGNAL_MS) {
      hurry.abort();
    }
  });
}
if (process.env.npm_lifecycle_event !== undefined) onParentGone(() => stop.abort());

let code = 0;
try {
  await run(stop.signal, hurry.signal);
} catch (error) {
  if (!stop.signal.aborted) {
    console.error(error instanceof Failure ? error.message : error);
    code = 1;
  }
}
// Not left to Node: a kept-alive connection would hold the process for seconds.
process.exit(code);
