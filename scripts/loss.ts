/**
 * `npm run loss -- [runs] [part of a name]`: what a local Waymark loses of 200 redirects a second when it is stopped, and when its processes
 * are killed. Each run is an install of its own; a click that was answered counts as lost if the log doesn't have its id
 * after the next start. Fails if a stop loses one, if a redirect comes without a click id, or if something
 * is left running. It needs `ps`.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, rm, writeFile } from "node:fs/promises";
import { Agent, get, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseEnv, promisify } from "node:util";
import { DEMO_SLUG } from "./demo/definitions.ts";
import { freshInstall } from "./fresh-install.ts";
import { findFreePort, HOST } from "./settings.ts";

const RATE = 200;

/** Load before and after what happens, ms. */
const BEFORE_MS = 4_000;
const AFTER_MS = 1_500;

/** A killed runtime is started again within this, also on a busy machine, ms. */
const AGAIN_WITHIN_MS = 60_000;

/** What the start script leaves when it is killed ends within this, ms. */
const GONE_WITHIN_MS = 10_000;

const POLL_MS = 50;

const BROWSER =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

/** Where the stamp of a click stands in its token, and its length: see src/edge/click/token.ts. */
const STAMP = [16, 36] as const;

/** A redirect that a client got. */
interface Answered {
  /** Its click's id. */
  id: string;
  /** When it arrived, ms UTC. */
  at: number;
}

/** What clients saw. */
interface Seen {
  redirects: Answered[];
  /** How often they saw something else: a status, or an error's code. */
  others: Map<string, number>;
}

/** What happens to a Waymark under load. */
interface Scenario {
  name: string;
  /** Whether the Worker has its queue of clicks; without it writes them to D1 itself. */
  queue: boolean;
  /** Does it, to the start script of this process id and what it started. */
  act: (pid: number, family: readonly Process[]) => void;
  /** Whether the load has ended shortly before. */
  quiet?: boolean;
  /** Whether the start script is expected to end by it. */
  ends: boolean;
  mayLose: boolean;
}

const SCENARIOS: readonly Scenario[] = [
  { name: "Ctrl-C during the load", queue: true, act: interrupt, ends: true, mayLose: false },
  { name: "Ctrl-C right after the load", queue: true, act: interrupt, quiet: true, ends: true, mayLose: false },
  { name: "SIGTERM during the load", queue: true, act: terminate, ends: true, mayLose: false },
  { name: "kill -9 of workerd", queue: true, act: killRuntime, ends: false, mayLose: true },
  { name: "kill -9 of workerd, without the queue", queue: false, act: killRuntime, ends: false, mayLose: true },
  { name: "kill -9 of the start script", queue: true, act: killScript, ends: true, mayLose: true },
];

/** As a terminal does: to the whole process group. */
function interrupt(pid: number): void {
  process.kill(-pid, "SIGINT");
}

function terminate(pid: number): void {
  process.kill(pid, "SIGTERM");
}

function killScript(pid: number): void {
  process.kill(pid, "SIGKILL");
}

function killRuntime(_pid: number, family: readonly Process[]): void {
  const runtimes = family.filter(({ command }) => command.includes("workerd serve"));
  if (runtimes.length === 0) throw new Error("no workerd runs");
  for (const runtime of runtimes) process.kill(runtime.pid, "SIGKILL");
}

interface Process {
  pid: number;
  parent: number;
  command: string;
}

async function processes(): Promise<Process[]> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid=,args="], { maxBuffer: 1e8 });
  return stdout.split("\n").flatMap((line) => {
    const [, pid, parent, command = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

/** All that a process started, and what those started. */
async function descendants(pid: number): Promise<Process[]> {
  const all = await processes();
  const found: Process[] = [];
  const parents = [pid];
  for (const parent of parents) {
    for (const child of all.filter((other) => other.parent === parent)) {
      found.push(child);
      parents.push(child.pid);
    }
  }
  return found;
}

/** An `npm start` that runs, in a process group of its own. */
async function start(directory: string, port: number) {
  const child = spawn(process.execPath, [join(directory, "scripts", "start.ts")], {
    cwd: directory,
    env: { ...process.env, PORT: String(port), WAYMARK_STATE: join(directory, "state"), WAYMARK_HISTORY: "none" },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  }
  const exited = once(child, "exit") as Promise<[number | null]>;
  while (!said.includes("Ctrl-C")) {
    if (child.exitCode !== null) throw new Error(`start ended:\n${said}`);
    await delay(POLL_MS);
  }
  const { pid = 0 } = child;
  return { pid, exited, isUp: () => child.exitCode === null && child.signalCode === null, said: () => said };
}

/** Opens the demo link {@link RATE} times a second until `stop` aborts, and then waits for what is under way. */
async function load(port: number, seen: Seen, stop: AbortSignal): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 100 });
  const under = new Set<Promise<void>>();
  const began = Date.now();
  for (let count = 0; !stop.aborted;) {
    for (; count < ((Date.now() - began) / 1000) * RATE; count++) {
      const work = visit(port, agent, seen).finally(() => under.delete(work));
      under.add(work);
    }
    await delay(5);
  }
  await Promise.all(under);
  agent.destroy();
}

async function visit(port: number, agent: Agent, { redirects, others }: Seen): Promise<void> {
  const request = get({ host: HOST, port, path: `/${DEMO_SLUG}`, agent, headers: { "user-agent": BROWSER } });
  request.setTimeout(20_000, () => request.destroy(new Error("no answer")));
  let what: string;
  try {
    const [response] = (await once(request, "response")) as [IncomingMessage];
    const at = Date.now();
    response.resume();
    const token = /[?&]wm_click=([\w-]+)/.exec(response.headers.location ?? "")?.[1];
    if (response.statusCode === 302 && token !== undefined) {
      redirects.push({ id: `clk_${token.slice(...STAMP)}`, at });
      return;
    }
    what = response.statusCode === 302 ? NO_ID : String(response.statusCode);
  } catch (error) {
    what = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
  }
  others.set(what, (others.get(what) ?? 0) + 1);
}

/** The kind of answer that there must never be. */
const NO_ID = "302 without a click id";

async function loggedIds(directory: string, port: number): Promise<Set<string>> {
  const { ADMIN_API_KEY = "" } = parseEnv(await readFile(join(directory, ".dev.vars"), "utf8"));
  const response = await fetch(`http://${HOST}:${port}/api/v1/export/clicks?format=ndjson`, {
    headers: { Authorization: `Bearer ${ADMIN_API_KEY}` },
  });
  if (!response.ok) throw new Error(`the export answers ${response.status}: ${await response.text()}`);
  const lines = (await response.text()).split("\n").filter((line) => line !== "");
  return new Set(lines.map((line) => (JSON.parse(line) as { id: string }).id));
}

/** Plays one run, prints its line of the table, and returns what is wrong with it. */
async function play(scenario: Scenario, directory: string): Promise<string[]> {
  const port = await findFreePort();
  const faults: string[] = [];
  const waymark = await start(directory, port);
  // Looked up before the load, which the search would hold up.
  const family = await descendants(waymark.pid);
  const seen: Seen = { redirects: [], others: new Map() };
  const stop = new AbortController();
  const loading = load(port, seen, stop.signal);
  await delay(BEFORE_MS);
  if (scenario.quiet) {
    stop.abort();
    await loading;
  }
  const acted = Date.now();
  scenario.act(waymark.pid, family);
  let notes = "";
  if (scenario.ends) {
    await waymark.exited;
    notes = `ended after ${Date.now() - acted} ms`;
    stop.abort();
    await loading;
    const gone = await allGone(family);
    if (gone === null) faults.push("something still runs");
    else notes += `, all of it after ${gone - acted} ms`;
  } else {
    const first = await firstAfter(seen, acted);
    notes = `redirects again after ${first - acted} ms`;
    await delay(AFTER_MS);
    stop.abort();
    await loading;
  }
  const again = waymark.isUp() ? waymark : await start(directory, port);
  await delay(2_500);
  const logged = await loggedIds(directory, port);
  process.kill(again.pid, "SIGTERM");
  await again.exited;

  const lost = seen.redirects.filter(({ id }) => !logged.has(id));
  const oldest =
    lost.length === 0 ? "" : `, the oldest answered ${acted - Math.min(...lost.map(({ at }) => at))} ms before`;
  if (lost.length > 0 && !scenario.mayLose) faults.push(`${lost.length} clicks are lost`);
  if (seen.others.has(NO_ID)) faults.push(`${seen.others.get(NO_ID)} redirects had no click id`);
  const before = seen.redirects.filter(({ at }) => at <= acted).length;
  const others = [...seen.others].map(([what, count]) => `${count} × ${what}`).join(", ");
  console.log(
    `${scenario.name}: ${seen.redirects.length} redirects (before it ${Math.round(before / (BEFORE_MS / 1_000))}/s), ${lost.length} lost${oldest}; ${notes}; other answers: ${others || "none"}`,
  );
  return faults;
}

/** When the last of these processes was gone, ms UTC; `null`: one still runs. */
async function allGone(family: readonly Process[]): Promise<number | null> {
  const deadline = Date.now() + GONE_WITHIN_MS;
  while (Date.now() < deadline) {
    const running = new Map((await processes()).map(({ pid, command }) => [pid, command]));
    if (!family.some(({ pid, command }) => running.get(pid) === command)) return Date.now();
    await delay(POLL_MS);
  }
  return null;
}

/** When the first redirect came whose click was answered a while after this moment, ms UTC. */
async function firstAfter({ redirects }: Seen, moment: number): Promise<number> {
  const deadline = Date.now() + AGAIN_WITHIN_MS;
  while (Date.now() < deadline) {
    const found = redirects.find(({ at }) => at > moment + 500);
    if (found !== undefined) return found.at;
    await delay(POLL_MS);
  }
  throw new Error("no redirect any more");
}

/** An install that has, or hasn't, the queue of clicks. */
async function installFor({ queue }: Scenario): Promise<string> {
  const directory = await freshInstall("waymark-loss-");
  if (queue) return directory;
  const file = join(directory, "wrangler.toml");
  const text = await readFile(file, "utf8");
  const without = text.replace(/\[\[queues\.producers\]\]\nbinding = "CLICK_QUEUE"\nqueue = .*\n/, "");
  if (without === text) throw new Error("wrangler.toml has no queue of clicks to leave out");
  await writeFile(file, without);
  return directory;
}

const [, , runs = "1", part = ""] = process.argv;
let faulty = 0;
for (const scenario of SCENARIOS.filter(({ name }) => name.includes(part))) {
  const directory = await installFor(scenario);
  try {
    for (let run = 0; run < Number(runs); run++) {
      const faults = await play(scenario, directory);
      for (const fault of faults) console.log(`  FAULT: ${fault}`);
      faulty += faults.length;
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
process.exit(faulty === 0 ? 0 : 1);
