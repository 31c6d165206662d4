import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join, resolve } from "node:path";
import { Failure } from "./failure.ts";
import { ROOT } from "./root.ts";

/** Where the Worker and the demo shop listen: this machine alone. */
export const HOST = "127.0.0.1";

const DEFAULT_PORT = 8787;

/** The highest TCP port. */
export const MAX_PORT = 65_535;

/** What may be set for a local run. */
export interface Settings {
  /** `PORT`: where the Worker listens. */
  port: number;
  /** `WAYMARK_STATE`: the directory of local data, absolute. Wrangler's own default if unset. */
  state: string;
}

/** Reads the environment. Throws a {@link Failure} for a `PORT` that isn't one. */
export function readSettings(variables: NodeJS.ProcessEnv): Settings {
  return {
    port: readPort(variables.PORT ?? "", DEFAULT_PORT),
    state: variables.WAYMARK_STATE ? resolve(variables.WAYMARK_STATE) : join(ROOT, ".wrangler", "state"),
  };
}

/** What `npm start` may be told: `npm start -- --empty`. */
export interface StartOptions {
  /** Neither demo nor demo shop. */
  empty: boolean;
  /** Only to say what there is to be told. */
  help: boolean;
}

/** Said for `--help`, and to whoever says something else. */
export const USAGE = `npm start                 the Worker on this machine, with a demo of sixty days
npm start -- --empty      the same with nothing in it: no demo, and no demo shop
npm start -- --help       this

PORT sets its port (8787), WAYMARK_STATE the directory of its data (.wrangler/state).`;

/** Reads what stands behind the name of the script. Throws a {@link Failure} for anything else. */
export function readStartOptions(given: readonly string[]): StartOptions {
  const unknown = given.find((option) => option !== "--empty" && option !== "--help");
  if (unknown !== undefined) throw new Failure(`Nothing is known of "${unknown}". There is:\n\n${USAGE}`);
  return { empty: given.includes("--empty"), help: given.includes("--help") };
}

/** A port as text, `fallback` if empty. Throws a {@link Failure} for what isn't one. */
export function readPort(text: string, fallback: number): number {
  if (text === "") return fallback;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= MAX_PORT) return port;
  throw new Failure(`PORT must be a whole number from 1 to ${MAX_PORT}, not "${text}".`);
}

/**
 * Throws a {@link Failure} if nothing could listen on this port. It proposes the `command` that does the same on a port
 * that is free.
 */
export async function requireFreePort(port: number, command: (port: number) => string): Promise<void> {
  const error = await listenOnce(port);
  if (error === null) return;
  const remedy = `Try another: ${command(await findPortLike(port))}`;
  if (error.code === "EADDRINUSE")
    throw new Failure(`Port ${port} is taken: something listens on it already. ${remedy}`);
  if (error.code === "EACCES") throw new Failure(`Port ${port} needs rights that this user doesn't have. ${remedy}`);
  throw new Failure(`Port ${port} can't be used: ${error.message}`);
}

/** Ports are this far from each other, so that what a start has behind its own stays free. */
const STEP = 10;

/** The lowest port that anybody may use. */
const FIRST_PORT = 1024;

/** This port if it is free at the moment; else one near it that is, or any. */
export async function findPortLike(port: number): Promise<number> {
  const first = port < FIRST_PORT ? DEFAULT_PORT : port;
  for (let tried = first; tried <= Math.min(first + 20 * STEP, MAX_PORT); tried += STEP) {
    if ((await listenOnce(tried)) === null) return tried;
  }
  return findFreePort();
}

/** Why nothing can listen on a port; `null`: it can. */
async function listenOnce(port: number): Promise<NodeJS.ErrnoException | null> {
  const probe = createServer();
  try {
    probe.listen(port, HOST);
    await once(probe, "listening");
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
  probe.close();
  await once(probe, "close");
  return null;
}

/** A port of this machine that is free at the moment. */
export async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, HOST);
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}
