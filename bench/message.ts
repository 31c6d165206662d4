import { readBatch } from "../src/clicks/click/read-batch.ts";
import { unpackMessage } from "../src/clicks/click/unpack.ts";
import type { Decision } from "../src/edge/click/decide.ts";
import { MAX_CLICKS } from "../src/edge/click/buffer.ts";
import type { Consent } from "../src/edge/click/consent.ts";
import type { ClickMessage } from "../src/edge/click/message.ts";
import { type LeavingClick, packMessage } from "../src/edge/click/pack.ts";
import { clickMessages } from "./clicks.ts";
import { limitResult, median, ratioResult, type Report, type RunOptions } from "./result.ts";

/** Batches that are packed and read in a turn, and turns. The first are the compiler's. */
const BATCHES = 50;
const WARM_TURNS = 3;
const TURNS = { quick: 7, full: 25 } as const;

/** Of a packed message's bytes, those of the same clicks as objects in JSON being 1. */
const MAX_BYTES_RATIO = 0.4;

/** Of this process's time, with the JSON, µs a click. */
const MAX_PACK_MICROSECONDS = 4;
const MAX_READ_MICROSECONDS = 3;

const DECISION: Decision = { bucket: "visit", reason: "visit", inactive: null, carries: "id_and_cookie" };
const CONSENT: Consent = { policy: "implied", source: "policy" };

/** Measures the queue's message: packing a full batch in the isolate, and reading it at ingest. */
export async function benchMessage({ quick }: RunOptions): Promise<Report> {
  const packing: number[] = [];
  const reading: number[] = [];
  let packedBytes = 0;
  let plainBytes = 0;
  for (let turn = -WARM_TURNS; turn < (quick ? TURNS.quick : TURNS.full); turn++) {
    const batches = leavingBatches(turn + WARM_TURNS);
    const started = performance.now();
    const bodies = batches.map((clicks, index) => JSON.stringify(packMessage(`bench${index}`, clicks)));
    const packed = performance.now();
    const read = bodies.map((body) => readBatch(JSON.parse(body)));
    const ended = performance.now();
    if (turn < 0) continue;
    const clicks = read.reduce((sum, batch) => sum + (batch?.clicks.length ?? 0), 0);
    if (clicks !== BATCHES * MAX_CLICKS) throw new Error(`${clicks} clicks were read`);
    packing.push((1_000 * (packed - started)) / clicks);
    reading.push((1_000 * (ended - packed)) / clicks);
    packedBytes = bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0) / clicks;
    plainBytes = batches.reduce((sum, batch) => sum + plainBytesOf(batch), 0) / clicks;
  }
  return {
    results: [
      ratioResult(
        "message: bytes a click",
        "B",
        { value: packedBytes, baseline: plainBytes },
        { atMost: MAX_BYTES_RATIO },
      ),
      limitResult("message: packing a click", "µs", median(packing), MAX_PACK_MICROSECONDS),
      limitResult("message: reading a click", "µs", median(reading), MAX_READ_MICROSECONDS),
    ],
    notes: [`Message: batches of ${MAX_CLICKS} clicks, packed and read in this process; bytes beside JSON of objects.`],
    faults: [],
  };
}

function plainBytesOf(clicks: readonly LeavingClick[]): number {
  return Buffer.byteLength(JSON.stringify({ v: 1, clicks: unpackMessage(packMessage("bench", clicks)) }));
}

/** Batches as an isolate has them: the texts of links are its own, those of a request came with it. */
function leavingBatches(seed: number): LeavingClick[][] {
  const texts = new Map<string, string>();
  const ofLink = (text: string): string => texts.get(text) ?? (texts.set(text, text), text);
  const messages = clickMessages(seed, BATCHES * MAX_CLICKS).map((message) => ({
    ...(JSON.parse(JSON.stringify(message)) as ClickMessage),
    linkId: ofLink(message.linkId),
  }));
  return Array.from({ length: BATCHES }, (_none, batch) =>
    messages.slice(batch * MAX_CLICKS, (batch + 1) * MAX_CLICKS).map((message) => leaving(message, ofLink)),
  );
}

function leaving(message: ClickMessage, ofLink: (text: string) => string): LeavingClick {
  const { time, linkId, userAgent, language, referrerHost, country, region, city, colo } = message;
  return {
    seen: {
      stamp: message.id.slice("clk_".length),
      time,
      linkId,
      utm: {
        source: ofLink(message.utmSource ?? ""),
        medium: ofLink(message.utmMedium ?? ""),
        campaign: ofLink(message.utmCampaign ?? ""),
        content: ofLink(message.utmContent ?? ""),
      },
      rule: null,
      decision: DECISION,
      consent: CONSENT,
      address: null,
      userAgent,
      language,
      referrerHost,
      query: message.adIds.map((name) => `${name}=IwZXh0bgNhZW0CMTEAAR1`).join("&"),
      country,
      region,
      city,
      colo,
    },
    pseudonym: message.pseudonym,
    read: null,
  };
}
