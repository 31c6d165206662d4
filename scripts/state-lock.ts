import { once } from "node:events";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { Failure } from "./failure.ts";
import { findPortLike, HOST } from "./settings.ts";

/** Says who runs on a state: two at once would lead the same links to the shop of either. */
const FILE = "running.json";

interface Running {
  pid: number;
  port: number;
}

/**
 * Takes the data in `state` for this process, which is to listen on `port`. Answers what gives it back. Throws a
 * {@link Failure} if another that is still there has it; one that was killed has nothing. `beside` is the command that
 * does the same on a port that is free, with other data.
 */
export async function holdState(
  state: string,
  port: number,
  beside: (port: number) => string,
): Promise<() => Promise<void>> {
  const file = join(state, FILE);
  const other = await readRunning(file);
  if (other !== null && other.pid !== process.pid && isAlive(other.pid) && (await isListening(other.port))) {
    throw new Failure(
      `Waymark runs here already, at http://${HOST}:${other.port}: stop that one first (its Ctrl-C, or kill ${other.pid}). ` +
        `A second one at the same time takes data of its own: ${beside(await findPortLike(port))}`,
    );
  }
  await mkdir(state, { recursive: true });
  await writeFile(file, JSON.stringify({ pid: process.pid, port } satisfies Running));
  return async () => {
    // One that began while this one ended has it by now.
    if ((await readRunning(file))?.pid === process.pid) await rm(file, { force: true });
  };
}

async function readRunning(file: string): Promise<Running | null> {
  try {
    const { pid, port } = JSON.parse(await readFile(file, "utf8")) as Partial<Running>;
    return Number.isInteger(pid) && Number.isInteger(port) ? { pid: Number(pid), port: Number(port) } : null;
  } catch {
    // There is none, or one that was cut off while it was written.
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    // Signal 0 only asks.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Its number alone may be that of something else by now. */
async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, HOST);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
