import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AdminApi } from "../../scripts/admin-api.ts";
import { DEMO_SLUG } from "../../scripts/demo/definitions.ts";
import { readAdminKey } from "../../scripts/dev-vars.ts";
import { ROOT } from "../../scripts/root.ts";

/** `npm start` as it runs for one test file, with data of its own. */
export interface Waymark {
  /** The link that the start printed. */
  demoLink: string;
  /** The page of the demo's creator, which the start printed too. */
  portal: string;
  /** All that it printed until then. */
  printed: string;
  api: AdminApi;
  /** Stops it by SIGTERM, deletes its data unless they were given, and returns the exit code. */
  stop: () => Promise<number | null>;
}

/** How it is started. */
export interface Start {
  /** Whether the demo shop's server confirms what its pages claim. */
  confirms?: boolean;
  /** Whether the demo has its sixty days; else it begins now, with nothing clicked or sold but on the phone. */
  history?: boolean;
  /** A directory of data that may be there already, and that is kept. */
  state?: string;
}

/** Starts Waymark on a free port and waits for its demo. Rejects with what it printed if it ends before, or has none. */
export async function startWaymark({ confirms = true, history = false, state: given }: Start = {}): Promise<Waymark> {
  const state = given ?? (await mkdtemp(join(tmpdir(), "waymark-")));
  const port = await freePort();
  const child = spawn(process.execPath, [join(ROOT, "scripts", "start.ts")], {
    env: {
      ...process.env,
      PORT: String(port),
      WAYMARK_STATE: state,
      ...(!history && { WAYMARK_HISTORY: "none" }),
      ...(!confirms && { WAYMARK_STORE_SECRET: "none" }),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = once(child, "exit") as Promise<[number | null]>;
  let output = "";
  const links = await new Promise<RegExpMatchArray>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text: string) => {
        output += text;
        if (!output.includes("Ctrl-C")) return;
        const found = output.match(/http:\/\/\S+\/[\w-]+/g);
        if (found?.[0]?.endsWith(`/${DEMO_SLUG}`)) return resolve(found);
        child.kill("SIGTERM");
        reject(new Error(`there is no demo:\n${output}`));
      });
    }
    child.once("exit", (code) => reject(new Error(`start ended (${code}):\n${output}`)));
  });
  const [demoLink = "", portal = ""] = links;
  return {
    demoLink,
    portal,
    printed: output,
    api: new AdminApi(new URL(demoLink).origin, await readAdminKey()),
    stop: async () => {
      child.kill("SIGTERM");
      const [code] = await exited;
      if (given === undefined) await rm(state, { recursive: true, force: true });
      return code;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
