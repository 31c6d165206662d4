/**
 * `npm start`: the Worker on this machine with a demo to look at, or, with `--empty`, with nothing. `PORT` sets its port
 * (8787), and `WAYMARK_STATE` the directory of its data. On a first start the demo has sixty days of history, unless
 * `WAYMARK_HISTORY` is `none`; what is there already stays as it is. Beside it run stand-ins of the platforms that stores
 * can be connected to, and one of them has a shop that a second demo store is connected to. The demo shop's server reports
 * its orders with the demo store's secret, which is kept beside the data, or is `WAYMARK_STORE_SECRET` if that is set;
 * with `none` there, only its pages report.
 */
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { AdminApi } from "./admin-api.ts";
import { tickCrons } from "./cron.ts";
import { hasDemo } from "./demo.ts";
import { DEMO_STORE_KEY } from "./demo/definitions.ts";
import { type DemoShop, startDemoShop } from "./demo-shop.ts";
import { createDevVars, readAdminKey, takesStandIns } from "./dev-vars.ts";
import { drain, readOnTheWay } from "./drain.ts";
import { Failure } from "./failure.ts";
import { Front } from "./front.ts";
import { requireReady, waitUntilUp } from "./ready.ts";
import { onParentGone } from "./parent.ts";
import { step } from "./progress.ts";
import {
  findFreePort,
  HOST,
  readSettings,
  readStartOptions,
  requireFreePort,
  type Settings,
  type StartOptions,
  USAGE,
} from "./settings.ts";
import { isFresh, makeData, wasBrokenOff } from "./start-data.ts";
import { holdState } from "./state-lock.ts";
import { commandBeside, commandOn } from "./start-command.ts";
import { startDemo } from "./start-demo.ts";
import { welcome, welcomeToNothing } from "./welcome.ts";
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
async function run({ empty }: StartOptions, stop: AbortSignal, hurry: AbortSignal): Promise<void> {
  const began = Date.now();
  const settings = readSettings(process.env);
  const asked = { empty, variables: process.env };
  const giveBack = await holdState(settings.state, settings.port, (port) => commandBeside(port, asked));
  try {
    await requireFreePort(settings.port, (port) => commandOn(port, asked));
    await runOn(settings, { empty }, stop, hurry, began);
  } finally {
    await giveBack();
  }
}

/** The same on data that nobody else has. `began`: when it was started, ms UTC. */
async function runOn(
  settings: Settings,
  { empty }: Pick<StartOptions, "empty">,
  stop: AbortSignal,
  hurry: AbortSignal,
  began: number,
): Promise<void> {
  if (await createDevVars()) console.log("Made .dev.vars with fresh secrets.");
  const adminKey = await readAdminKey();
  const front = await Front.open(settings.port);
  const origin = `http://${HOST}:${settings.port}`;
  const shop = empty ? null : await startDemoShop(settings.port + 1, { waymark: origin, store: DEMO_STORE_KEY });
  const isFirst = isFresh(settings.state);
  await prepareData(settings, shop, { origin, adminKey, stop });

  const stands = shop !== null && (await takesStandIns()) ? await startStandsBehind(settings.port) : [];
  const own: Run = { settings, adminKey, front, stands, stop, hurry };
  let worker: LocalWorker | null = null;
  try {
    worker = await step(write, "Starting the Worker", () => bringUp(own));
    const api = new AdminApi(origin, adminKey, AbortSignal.any([stop, worker.gone]));
    const seconds = (): number => (Date.now() - began) / 1000;
    // Whoever began without the demo has data of their own there.
    if (shop !== null && (isFirst || (await hasDemo(api)))) {
      const opening = "Opening the demo: its shop, its creators' pages, a stand-in Shopify";
      const { state } = settings;
      const demo = await step(write, opening, () => startDemo(api, { shop, stands, state, waymark: origin }));
      console.log(`\n${welcome(origin, demo, seconds())}`);
    } else {
      if (isFirst) console.log("\nThere is nothing in it.");
      else if (empty) console.log("\nWhat was there stays as it is; the demo shop isn't started.");
      else console.log("\nThis data was begun without the demo, and stays without.");
      console.log(welcomeToNothing(origin, seconds()));
    }
    void tickCrons(origin, stop).catch(() => undefined);
    const restarts: number[] = [];
    for (;;) {
      await aborted(stop, worker.gone);
      if (stop.aborted) break;
      worker = await restart(own, await worker.exited, restarts);
    }
  } finally {
    shop?.close();
    if (worker !== null) await end(own, worker);
    for (const stand of stands) await stand.close();
    front.close();
  }
}

/** Makes the data of a first start, with the demo's history if there is a demo shop; brings other data up to date. */
async function prepareData(
  { state }: Settings,
  shop: DemoShop | null,
  { origin, adminKey, stop }: { origin: string; adminKey: string; stop: AbortSignal },
): Promise<void> {
  if (!isFresh(state)) {
    await step(write, "Bringing the local database up to date", () => applyMigrations(state, stop));
    return;
  }
  if (wasBrokenOff(state)) console.log("An earlier first start was broken off. It left nothing behind.");
  const hasHistory = shop !== null && process.env.WAYMARK_HISTORY !== NO_HISTORY;
  const history = hasHistory ? { now: Date.now(), origin, shopOrigin: shop.origin, adminKey } : null;
  const what = hasHistory ? "Making the local database, and sixty days of the demo" : "Making the local database";
  await step(write, what, () => makeData(state, history, stop));
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

/** As `WAYMARK_HISTORY`: the demo begins today. */
const NO_HISTORY = "none";

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
  const options = readStartOptions(process.argv.slice(2));
  if (options.help) {
    console.log(USAGE);
  } else {
    console.log("Waymark is starting. A first start takes some seconds, on a slow machine up to a minute.");
    await run(options, stop.signal, hurry.signal);
  }
} catch (error) {
  if (!stop.signal.aborted) {
    console.error(error instanceof Failure ? error.message : error);
    code = 1;
  }
}
// Not left to Node: a kept-alive connection would hold the process for seconds.
process.exit(code);
