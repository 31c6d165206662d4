/**
 * `npm run stream -- FILE [DIRECTORY]`: plays the event stream's way with a day of the log. FILE is an export of clicks
 * (`GET /api/v1/export/clicks`, NDJSON) of days that aren't archived; DIRECTORY is where the files go, a new one in the
 * system's if it is left out. `DUPLICATE_WINDOW_MINUTES` is that of the deployment (60). The events come late, out of order
 * and some twice; they are written to a file an hour, read back and made distinct by click id. Fails if any sum of any
 * hour isn't the log's.
 */
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { gunzipSync, gzipSync } from "node:zlib";
import {
  arrivalsOf,
  type ClickEvent,
  differingHours,
  eventOf,
  type ExportedClick,
  filesOf,
  sumsOfEvents,
  sumsOfLog,
} from "./stream-sums.ts";

/** Events that come twice, and how late they come: more than any stream is known for. */
const REPEATED = 0.02;
const LATE_MS = 3 * 3_600_000;

/** Differing hours that are named. */
const NAMED = 10;

const [file, given] = process.argv.slice(2);
if (file === undefined) throw new Error("usage: npm run stream -- FILE [DIRECTORY]");
const windowMs = Number(process.env["DUPLICATE_WINDOW_MINUTES"] ?? "60") * 60_000;

const clicks: ExportedClick[] = [];
let ended = false;
for await (const line of createInterface({ input: createReadStream(file) })) {
  const row = JSON.parse(line) as ExportedClick | { end: true };
  if ("end" in row) ended = true;
  else clicks.push(row);
}
if (!ended) throw new Error(`${file} has no last line that says it is whole`);

const directory = given ?? (await mkdtemp(join(tmpdir(), "waymark-stream-")));
const arrivals = arrivalsOf(clicks.map(eventOf), { repeated: REPEATED, lateMs: LATE_MS, random: Math.random });
let bytes = 0;
const files = filesOf(arrivals);
for (const [name, events] of files) {
  const path = join(directory, name);
  await mkdir(dirname(path), { recursive: true });
  const body = gzipSync(events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  bytes += body.length;
  await writeFile(path, body);
}

const read: ClickEvent[] = [];
for (const entry of await readdir(directory, { recursive: true })) {
  if (!entry.endsWith(".ndjson.gz")) continue;
  const lines = gunzipSync(await readFile(join(directory, entry)))
    .toString()
    .trimEnd()
    .split("\n");
  for (const line of lines) read.push(JSON.parse(line) as ClickEvent);
}
const log = sumsOfLog(clicks);
const differing = differingHours(log, sumsOfEvents(read, windowMs));
console.log(
  `${clicks.length} clicks arrived as ${arrivals.length} events in ${files.size} files of ${bytes} bytes: ` +
    `${log.size} sums of a link's hour, ${differing.length} of them differ.`,
);
for (const hour of differing.slice(0, NAMED)) console.log(`differs: ${hour}`);
if (differing.length > 0) process.exitCode = 1;
