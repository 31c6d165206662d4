import { readBatch } from "../src/clicks/click/read-batch.ts";
import type { Decision } from "../src/edge/click/decide.ts";
import { MAX_CLICKS } from "../src/edge/click/buffer.ts";
import type { Consent } from "../src/edge/click/consent.ts";
import type { ClickMessage } from "../src/edge/click/message.ts";
import { type LeavingClick, packMessage } from "../src/edge/click/pack.ts";
import { clickMessages } from "./clicks.ts";
import { median, ratioResult, type Report, type Result, type RunOptions } from "./result.ts";

/** Batches that are packed and read in a turn, and turns. The first are the compiler's. */
const BATCHES = 50;
const WARM_TURNS = 3;
const TURNS = { quick: 7, full: 25 } as const;

/** Of the bytes, and of the time that JSON takes to write or read them, of the same clicks as objects. */
const MAX_BYTES_RATIO = 0.4;
const MAX_PACK_RATIO = 2;
const MAX_READ_RATIO = 1;

const DECISION: Decision = { bucket: "visit", reason: "visit", inactive: null, carries: "id_and_cookie" };
const CONSENT: Consent = { policy: "implied", source: "policy" };

/**
 * Measures the queue's message: packing a full batch in the isolate and reading it at ingest, with its JSON and all checks,
 * beside the bare JSON of the same clicks as objects.
 */
export async function benchMessage({ quick }: RunOptions): Promise<Report> {
  const times: Record<"pack" | "read" | "write objects" | "read objects", number[]> = {
    pack: [],
    read: [],
    "write objects": [],
    "read objects": [],
  };
  let packedBytes = 0;
  let plainBytes = 0;
  for (let turn = 0; turn < WARM_TURNS + (quick ? TURNS.quick : TURNS.full); turn++) {
    const batches = leavingBatches(turn);
    const timed = <Item, Made>(name: keyof typeof times, items: Item[], make: (item: Item) => Made): Made[] => {
      const before = process.cpuUsage();
      const made = items.map(make);
      const { user, system } = process.cpuUsage(before);
      if (turn >= WARM_TURNS) times[name].push((user + system) / (BATCHES * MAX_CLICKS));
      return made;
    };
    const bodies = timed("pack", batches, (clicks) => JSON.stringify(packMessage("0123456789abcdef", clicks)));
    const read = timed("read", bodies, (body) => readBatch(JSON.parse(body)));
    const plain = read.map((batch) => ({ v: 1, clicks: batch?.clicks ?? [] }));
    const plainBodies = timed("write objects", plain, (batch) => JSON.stringify(batch));
    timed("read objects", plainBodies, (body): unknown => JSON.parse(body));
    const clicks = plain.reduce((sum, batch) => sum + batch.clicks.length, 0);
    if (clicks !== BATCHES * MAX_CLICKS) throw new Error(`${clicks} clicks were read`);
    packedBytes = bytesOf(bodies) / clicks;
    plainBytes = bytesOf(plainBodies) / clicks;
  }
  const result = (name: string, unit: string, value: number, baseline: number, atMost: number): Result =>
    ratioResult(name, unit, { value, baseline }, { atMost });
  return {
    results: [
      result("message-bytes", "B/click", packedBytes, plainBytes, MAX_BYTES_RATIO),
      result("message-pack", "µs/click", median(times.pack), median(times["write objects"]), MAX_PACK_RATIO),
      result("message-read", "µs/click", median(times.read), median(times["read objects"]), MAX_READ_RATIO),
    ],
    notes: [
      `Message: processor time of this process, batches of ${MAX_CLICKS} clicks; beside the bare JSON of the same clicks as objects.`,
    ],
    faults: [],
  };
}

function bytesOf(bodies: readonly string[]): number {
  return bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0);
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
