import { env } from "cloudflare:workers";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import reliability from "../../../docs/reliability.md?raw";
import { MAX_CLICKS } from "../../../src/edge/click/buffer.ts";
import { boundLogs, clickLogs } from "../../../src/clicks/log/logs-store.ts";
import { bindClickDatabases } from "../../clicks/databases-fixtures.ts";
import { Deliveries } from "./delivery.ts";
import { dieEverywhere } from "./dying.ts";
import { type Scenario, SCENARIOS } from "./scenarios.ts";
import { loggedClicks, settle, type Settled } from "./settle.ts";
import { type Outcome, steadyPartIn, steadyPartOf, tableOf } from "./table.ts";
import { bucketsOf, createLinks, crowd, send, sendInWaves, sendWave, type TestRequest, warmUp } from "./traffic.ts";
import { BINDINGS, ONE_OF_CLICKS, START, type TestIsolate, World } from "./world.ts";

/** Requests of a scenario, beside those that warm isolates up. */
const REQUESTS = 80;
const WAVES = 4;
const ISOLATES = 4;

/** Rounds of deliveries while the outage lasts: enough for a message to come to the dead letters and fail there too. */
const ROUNDS_OF_OUTAGE = 30;

/** Differences up to this raise no alarm: both counts lose a few at a day's edges. */
const ALLOWED_DRIFT = 10;

const DRIFT_ALARM = "click_drift 2026-11-20";

/** A scenario is work for seconds, and the machine may have other things to do. */
const LONG = { timeout: 60_000 };

/** The Worker's waits between its tries are shorter than this, ms, and all that it waits in patience are longer. */
const MAX_PAUSE_MS = 100;

const outcomes: Outcome[] = [];
let world = new World(0);

beforeEach(() => {
  world = new World(outcomes.length + 1);
  const { errors } = world;
  vi.spyOn(console, "error").mockImplementation((line: unknown) => errors.push(String(line)));
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  vi.useFakeTimers({ toFake: ["Date"], now: START });
  hurry((ms) => ms < MAX_PAUSE_MS);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

afterAll(() => {
  // For scripts/reliability.ts: a test in workerd can't write the file itself.
  console.log(`RELIABILITY ${JSON.stringify(tableOf(outcomes))}`);
});

function isolates(count: number): TestIsolate[] {
  return Array.from({ length: count }, () => world.isolate());
}

/** As it is while nobody hurries. */
const wait = scheduler.wait.bind(scheduler);

/** Lets waits of the Worker pass fifty times as fast, all but those that `which` leaves out: nobody has 30 s for a limit of 30 s. */
function hurry(which = (_ms: number): boolean => true) {
  return vi.spyOn(scheduler, "wait").mockImplementation((ms, options) => wait(which(ms) ? ms / 50 : ms, options));
}

/** Sends a scenario's traffic, and delivers what can be delivered while its outage lasts. */
async function suffer({ isolates: state, name, outage, repeats = 0 }: Scenario): Promise<[Settled, TestRequest[]]> {
  const links = await createLinks();
  const all = isolates(ISOLATES);
  const known = warmUp(links, { warm: all, mixed: all.slice(0, ISOLATES / 2), cold: [] }[state]);
  await sendWave(world, known);
  world.suffer(outage);
  const requests = [...known, ...crowd(REQUESTS, links, all, world.random)];
  await sendInWaves(world, requests.slice(known.length), WAVES);
  const deliveries = new Deliveries(world, repeats);
  await deliveries.run(world.isolate().bindings, ROUNDS_OF_OUTAGE);
  return [await settle(name, world, deliveries, requests), requests];
}

/** The promise: an answer for each, nothing doubled, nothing lost, and sums that say so. */
function expectKept({ alarms, buckets, outcome }: Settled, requests: readonly TestRequest[]): void {
  outcomes.push(outcome);
  const redirected = requests.length;
  expect(outcome).toMatchObject({ redirected, logged: redirected, lost: 0, doubled: 0 });
  expect(buckets).toEqual(bucketsOf(requests));
  const drift = world.points.length - (outcome.logged - outcome.restored);
  expect(outcome.drift).toBe(Math.abs(drift) > ALLOWED_DRIFT ? drift : null);
  // What was restored is no drift any more; but Analytics Engine's own count may be the one that is short.
  expect(alarms).toEqual(redirected - world.points.length > ALLOWED_DRIFT ? [DRIFT_ALARM] : []);
}

/** Something of each binding that was to fail did: else the scenario would prove nothing. KV is only asked where D1 fails. */
function expectFailed({ outage }: Scenario): void {
  for (const name of BINDINGS) {
    const { rate } = outage[name] ?? {};
    if (rate !== undefined && name !== "standby") expect(world.failuresOf(name), name).toBeGreaterThan(0);
  }
}

async function countIn(d1: D1Database): Promise<number> {
  return (await d1.prepare("SELECT count(*) AS n FROM clicks").first<number>("n")) ?? 0;
}

describe("every request is answered, and its click counted once, though this fails:", () => {
  it.each(SCENARIOS)("$name", LONG, async (scenario) => {
    const [settled, requests] = await suffer(scenario);
    expectKept(settled, requests);
    expectFailed(scenario);
  });

  it.each(SCENARIOS.map((scenario) => ({ ...scenario, name: `${scenario.name}; four click databases` })))(
    "$name",
    LONG,
    async (scenario) => {
      await bindClickDatabases(4);
      const [settled, requests] = await suffer(scenario);
      expectKept(settled, requests);
      expectFailed(scenario);
      // Else the others would prove nothing.
      for (const d1 of boundLogs(env)) expect(await countIn(d1)).toBeGreaterThan(0);
      expect(await countIn(env.DB)).toBe(0);
    },
  );

  it("one click database of four: it holds up its own clicks alone", LONG, async () => {
    await bindClickDatabases(4);
    const links = await createLinks();
    const warm = isolates(ISOLATES);
    world.suffer({ oneOfClicks: { rate: 1 } });
    const requests = crowd(REQUESTS, links, warm, world.random);
    await sendInWaves(world, requests, WAVES);
    const deliveries = new Deliveries(world, 2);
    await deliveries.run(world.isolate().bindings, ROUNDS_OF_OUTAGE);

    const { logOf } = await clickLogs(env, START);
    const { results } = await env.DB.prepare("SELECT id, slug FROM links").all<{ id: string; slug: string }>();
    const numbers = new Map(results.map(({ id, slug }) => [slug, logOf(id, START).number]));
    const held = requests.filter(({ link }) => numbers.get(link.slug) === ONE_OF_CLICKS);
    expect(held.length).toBeGreaterThan(0);
    expect(await loggedClicks()).toHaveLength(requests.length - held.length);

    const name = "one click database of four, for all of the traffic";
    expectKept(await settle(name, world, deliveries, requests), requests);
    expect(world.failuresOf("oneOfClicks")).toBeGreaterThan(0);
  });

  it.each([
    { name: "D1 never answers, warm isolates", outage: {} },
    { name: "D1 never answers and the queue refuses, warm isolates", outage: { queue: { rate: 1 } } },
  ])("$name", LONG, async ({ name, outage }) => {
    const links = await createLinks({ capped: false });
    const warm = isolates(ISOLATES);
    const known = warmUp(links, warm);
    await sendWave(world, known);
    world.suffer({ ...outage, database: { hangs: true } });
    const hurried = hurry();
    const requests = crowd(REQUESTS, links, warm, world.random);
    await sendInWaves(world, requests, WAVES);
    hurried.mockRestore();
    expectKept(await settle(name, world, new Deliveries(world, 0), [...known, ...requests]), [...known, ...requests]);
  });

  it("the consumer dies in each of its statements", LONG, async () => {
    const requests = crowd(REQUESTS, await createLinks(), isolates(2), world.random);
    await sendInWaves(world, requests, WAVES);
    const deliveries = new Deliveries(world, 0);
    const deaths = await dieEverywhere(world, deliveries);
    for (const [statement, count] of Object.entries(deaths)) expect(count, statement).toBeGreaterThan(0);
    const name = "the consumer dies in each of its statements, and before it acknowledges";
    expectKept(await settle(name, world, deliveries, requests), requests);
  });
});

describe("what can be lost is bounded and seen, though this fails:", () => {
  it("an isolate dies with a full buffer", LONG, async () => {
    const links = await createLinks();
    const [victim, ...others] = isolates(ISOLATES);
    if (victim === undefined) throw new Error("no isolate");
    const survivors = [...warmUp(links, [victim]), ...crowd(REQUESTS, links, [victim, ...others], world.random)];
    await sendInWaves(world, survivors, WAVES);
    // The buffer's time never comes, and one click more would send it off.
    const stopped = vi.spyOn(scheduler, "wait").mockImplementation(() => new Promise(() => {}));
    const buffered = crowd(MAX_CLICKS - 1, links, [victim], world.random);
    for (const request of buffered) {
      request.sender = "terse";
      await send(request);
    }
    stopped.mockRestore();
    victim.kill();
    const requests = [...survivors, ...buffered];
    const settled = await settle("an isolate dies with a full buffer", world, new Deliveries(world, 0), requests);
    outcomes.push(settled.outcome);
    expect(settled.outcome).toMatchObject({
      redirected: requests.length,
      logged: survivors.length,
      lost: MAX_CLICKS - 1,
      doubled: 0,
      restored: 0,
      drift: MAX_CLICKS - 1,
    });
    expect(settled.buckets).toEqual(bucketsOf(survivors));
    expect(settled.alarms).toEqual([DRIFT_ALARM]);
  });

  it("everything is down and the isolate has never seen the links", LONG, async () => {
    const links = await createLinks();
    const cold = isolates(ISOLATES);
    world.suffer({ database: { rate: 1 }, standby: { rate: 1 }, queue: { rate: 1 }, analytics: { rate: 1 } });
    const refused = crowd(REQUESTS, links, cold, world.random);
    await sendInWaves(world, refused, WAVES);
    for (const { response } of refused) {
      expect(response?.status).toBe(503);
      expect(response?.headers.get("retry-after")).toBe("5");
    }
    world.heal();
    const answered = crowd(REQUESTS / 10, links, cold, world.random);
    await sendWave(world, answered);
    const name = `everything, for the first ${REQUESTS} requests, and cold isolates (503, Retry-After)`;
    const settled = await settle(name, world, new Deliveries(world, 0), [...refused, ...answered]);
    outcomes.push(settled.outcome);
    const redirected = answered.length;
    expect(settled.outcome).toMatchObject({ redirected, logged: redirected, lost: 0, doubled: 0, drift: null });
    expect(settled.buckets).toEqual(bucketsOf(answered));
  });
});

describe("docs/reliability.md", () => {
  it("has the table of this suite; if not, run `npm run reliability`", () => {
    expect(steadyPartIn(reliability)).toEqual(steadyPartOf(outcomes));
  });
});
