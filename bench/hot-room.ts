import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { hotRoom } from "../scripts/hot-room.ts";
import { median } from "./result.ts";

/** Fresh processes that load the hot room, one after another. */
const STARTS = 15;

/** What loading the hot room costs. */
export interface HotRoomCost {
  kib: number;
  startMs: number;
  /** How the start was measured. */
  method: string;
}

const execute = promisify(execFile);

/**
 * Measures what every new isolate loads before its first redirect. Writes into `directory`. Rejects
 * if the Worker doesn't compile.
 */
export async function hotRoomCost(directory: string): Promise<HotRoomCost> {
  const file = join(directory, "hot-room.mjs");
  const { code, gzipBytes } = await hotRoom();
  await writeFile(file, code);
  const empty = join(directory, "empty.mjs");
  await writeFile(empty, "");
  const starts: number[] = [];
  for (let start = 0; start < STARTS; start++) starts.push(await startMs(file, empty));
  return {
    kib: gzipBytes / 1024,
    startMs: median(starts),
    method:
      `Hot room: its start is the time to read, compile and evaluate it as one file, ` +
      `median of ${STARTS} fresh Node processes.`,
  };
}

/** Loads a module in a fresh process, after one that is empty: the loader's own start isn't the Worker's. */
async function startMs(file: string, empty: string): Promise<number> {
  const script = `
    await import(${JSON.stringify(pathToFileURL(empty).href)});
    const started = performance.now();
    await import(${JSON.stringify(pathToFileURL(file).href)});
    console.log(performance.now() - started);`;
  const { stdout } = await execute(process.execPath, ["--input-type=module", "--eval", script]);
  return Number(stdout);
}
