import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findFreePort } from "../../scripts/settings.ts";
import { ROOT } from "../../scripts/root.ts";

/** A start that runs, with what it started. */
interface Started {
  child: ChildProcess;
  origin: string;
  exited: Promise<[number | null, string | null]>;
  said: () => string;
}

let copy: string;
let log: string;
let started: Started[] = [];

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "waymark-start-"));
  for (const name of ["scripts", ".dev.vars.example", "package.json"]) {
    await cp(join(ROOT, name), join(copy, name), { recursive: true });
  }
  await symlink(join(ROOT, "src"), join(copy, "src"));
  const bin = join(copy, "node_modules", "wrangler", "bin");
  await mkdir(bin, { recursive: true });
  await writeFile(join(copy, "node_modules", "wrangler", "package.json"), '{"type":"module"}');
  await cp(join(import.meta.dirname, "fake-wrangler.js"), join(bin, "wrangler.js"));
  await symlink(process.execPath, join(bin, "workerd"));
  // As if there were data already: making it is no part of this.
  await mkdir(join(copy, "v3"));
  for (const name of ["graphql", "standardwebhooks"]) {
    await symlink(join(ROOT, "node_modules", name), join(copy, "node_modules", name));
  }
});

beforeEach(() => {
  log = join(copy, `log-${Math.random()}`);
});

afterEach(async () => {
  for (const { child } of started) child.kill("SIGKILL");
  for (const pid of await pids()) if (isUp(pid)) process.kill(pid, "SIGKILL");
  started = [];
});

afterAll(async () => {
  await rm(copy, { recursive: true, force: true });
});

/** Starts, and waits until it says that it is ready. */
async function start(variables: NodeJS.ProcessEnv = {}): Promise<Started> {
  const port = await findFreePort();
  const child = spawn(process.execPath, [join(copy, "scripts", "start.ts")], {
    env: {
      ...process.env,
      PORT: String(port),
      WAYMARK_STATE: copy,
      WAYMARK_STORE_SECRET: "none",
      FAKE_LOG: log,
      npm_lifecycle_event: undefined,
      ...variables,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  }
  const exited = once(child, "exit") as Started["exited"];
  const self = { child, origin: `http://127.0.0.1:${port}`, exited, said: () => said };
  started.push(self);
  await until(self, () => said.includes("Ctrl-C stops it.") || child.exitCode !== null);
  if (child.exitCode !== null) throw new Error(said);
  return self;
}

async function until({ said }: Started, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
    if (await holds()) return;
    await delay(20);
  }
  throw new Error(`it never came to that:\n${said()}`);
}

/** The processes of wrangler and of the runtime, of each start of the Worker. */
async function pids(): Promise<number[]> {
  const text = await readFile(log, "utf8").catch(() => "");
  return text.split(/\s+/).filter(Boolean).map(Number);
}

function isUp(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function allGone(self: Started): Promise<void> {
  await until(self, async () => (await pids()).every((pid) => !isUp(pid)));
}

const open = async ({ origin }: Started): Promise<number> =>
  (await fetch(`${origin}/lea`, { redirect: "manual" })).status;

describe("npm start", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "G2-9: at %s answers what is under way, writes what waits and says so",
    async (signal) => {
      const self = await start();
      const answers = [open(self), open(self), open(self)];
      // On a busy machine they take their time to get there.
      await until(self, async () => (await readFile(`${log}.opened`, "utf8").catch(() => "")).length === 3);
      self.child.kill(signal);
      // As npm passes it on: the same Ctrl-C.
      self.child.kill(signal);
      expect(await Promise.all(answers)).toEqual([302, 302, 302]);
      await expect(open(self)).rejects.toThrow();
      expect(await self.exited).toEqual([0, null]);
      expect(self.said()).toMatch(/All clicks are in the log; still on their way until now: [23] \(\d+ ms\)\./);
      await allGone(self);
    },
  );

  it("G2-9: says what is lost if the Worker doesn't write, and ends at once at a second Ctrl-C", async () => {
    const self = await start({ FAKE_NEVER_WRITES: "1" });
    expect(await open(self)).toBe(302);
    self.child.kill("SIGINT");
    await until(self, () => self.said().includes("Stopping"));
    await delay(1_000);
    expect(self.child.exitCode).toBeNull();
    const since = Date.now();
    self.child.kill("SIGINT");
    await self.exited;
    expect(Date.now() - since).toBeLessThan(2_000);
    expect(self.said()).not.toContain("All clicks are in the log");
    expect(self.said()).toContain("Ended at once: clicks on their way are lost.");
    await allGone(self);
  });

  it("isn't two at once on the same data, whichever port the second is given", async () => {
    const first = await start();
    const second = start();
    await expect(second).rejects.toThrow(`Waymark runs here already, at ${first.origin}: stop that one first`);
    first.child.kill("SIGINT");
    await first.exited;
    const third = await start();
    // One that was killed keeps nobody out.
    third.child.kill("SIGKILL");
    await third.exited;
    await start();
  });

  it("G2-9: starts the Worker again where the runtime is killed, and says so", async () => {
    const self = await start();
    const [, workerd = 0] = await pids();
    process.kill(workerd, "SIGKILL");
    await until(self, () => self.said().includes("The runtime (workerd) was ended by SIGKILL."));
    await until(self, async () => (await open(self)) === 302);
    expect((await pids()).length).toBe(4);
    expect(self.said()).toContain("Clicks of its last second or so may be lost");
    expect(self.child.exitCode).toBeNull();
  });

  it("G2-9: answers 503 with Retry-After until it runs again, and leaves nothing of the old one", async () => {
    const self = await start();
    const [wrangler = 0, workerd = 0] = await pids();
    process.kill(wrangler, "SIGKILL");
    await until(self, () => self.said().includes("Starting it again"));
    const response = await fetch(`${self.origin}/lea`, { redirect: "manual" });
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("5");
    await until(self, async () => (await open(self)) === 302);
    await until(self, () => !isUp(workerd));
  });

  it("G2-9: gives up on a Worker that ends again and again", async () => {
    const self = await start();
    for (let times = 1; times <= 4; times++) {
      await until(self, async () => (await pids()).length === 2 * times && (await open(self)) === 302);
      process.kill((await pids()).at(-1) ?? 0, "SIGKILL");
      await until(self, () => self.said().split("The Worker ended by itself").length > times);
    }
    expect(await self.exited).toEqual([1, null]);
    expect(self.said()).toContain("It ended 4 times within a minute, so it isn't started again.");
    await allGone(self);
  });

  it("G2-9: leaves no port and no process where it is killed itself", async () => {
    const self = await start();
    self.child.kill("SIGKILL");
    await self.exited;
    await expect(open(self)).rejects.toThrow();
    await allGone(self);
  });

  it("refuses what it doesn't know, and says what there is", async () => {
    const told = async (...options: string[]) => {
      const child = spawn(process.execPath, [join(copy, "scripts", "start.ts"), ...options], {
        stdio: ["ignore", "pipe", "pipe"],
      });
      const [out, error, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
      return { code: code as number, out, error };
    };
    const help = await told("--help");
    expect(help).toMatchObject({ code: 0, out: expect.stringContaining("npm start -- --empty") });
    expect(await told("--emtpy")).toEqual({
      code: 1,
      out: "",
      error: `Nothing is known of "--emtpy". There is:\n\n${help.out}`,
    });
  });

  it("runs stand-in shops, with one that the demo connected, unless .dev.vars names others", async () => {
    const self = await start();
    const [control = ""] = /http:\/\/127\.0\.0\.1:\d+\/_stand\/shops\/demo/.exec(self.said()) ?? [];
    expect(await (await fetch(control)).json()).toMatchObject({ isInstalled: true, orders: [] });
    self.child.kill("SIGINT");
    await self.exited;
    await expect(fetch(control)).rejects.toThrow();

    const vars = join(copy, ".dev.vars");
    const kept = await readFile(vars, "utf8");
    await writeFile(vars, `${kept}\nPROVIDER_ORIGINS='{"shopify":"http://127.0.0.1:9"}'\n`);
    try {
      expect((await start()).said()).not.toContain("/_stand/");
    } finally {
      await writeFile(vars, kept);
    }
  });
});
