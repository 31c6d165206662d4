import { errorText } from "../../ground/error-text.ts";
import { type ShopAnswer, type ShopCall, ShopFailure, type ShopHttp } from "../platform.ts";
import { type Tries, waitAfterFailure, waitAsAsked } from "./retry.ts";

/** Longest that a shop may take for one answer, ms. */
const TIMEOUT_MS = 10_000;

/** Most that is read of an answer, bytes. */
export const MAX_ANSWER_BYTES = 8_000_000;

/** Too many requests (RFC 6585): nothing was done. */
const TOO_MANY = 429;

/** What calls need of the world. */
export interface Outside {
  fetch: typeof fetch;
  /** ms UTC. */
  now: () => number;
  /** Waits, ms. */
  wait: (ms: number) => Promise<void>;
  /** Chance, 0 to below 1. */
  random: () => number;
}

/** The world as it is. */
export const PLATFORM: Outside = {
  fetch: (...request) => fetch(...request),
  now: () => Date.now(),
  wait: (ms) => scheduler.wait(ms),
  random: Math.random,
};

/** Keeps a token that was got at a shop; `before` is the one that it is in the place of. Never rejects. */
export type KeepToken = (value: string, expiresAt: number, before: ShopHttp["token"]) => Promise<void>;

/** A {@link ShopHttp} that counts its requests: a Worker has so many, whatever becomes of them. */
export interface CountingHttp extends ShopHttp {
  requests: number;
}

/**
 * The way to the shop whose calls go to `origin`, and to no other. One call is tried up to three times, if it may be
 * done twice or the shop says that it did nothing; waits are the shop's to say, and come to 20 s at most. Answers of
 * status 200 to 499 are the platform's to read; everything else, and a shop that goes on asking for time, is a
 * `ShopFailure` that tells nothing of what was sent.
 */
export function shopHttp(
  origin: string,
  token: ShopHttp["token"],
  keep: KeepToken,
  outside: Outside = PLATFORM,
): CountingHttp {
  const http: CountingHttp = {
    requests: 0,
    token,
    now: outside.now,
    async keepToken(value, expiresAt) {
      const before = http.token;
      http.token = { value, expiresAt };
      await keep(value, expiresAt, before);
    },
    async call(to, call) {
      // What a shop says is no address to go to.
      if (to !== origin || !call.path.startsWith("/")) {
        throw new ShopFailure("unreadable", "The shop named an address that is not its own.");
      }
      return callUntil(to, call, outside, () => {
        http.requests += 1;
      });
    },
  };
  return http;
}

async function callUntil(origin: string, call: ShopCall, outside: Outside, count: () => void): Promise<ShopAnswer> {
  const tries: Tries = { made: 0, waitedMs: 0, idempotent: call.idempotent };
  for (;;) {
    tries.made += 1;
    count();
    const { answer, failure } = await callOnce(origin, call, outside);
    const asked = answer === null ? null : call.slowDown(answer);
    if (answer !== null && asked === null && answer.status < 500) return answer;
    const wait =
      answer === null || asked === null
        ? waitAfterFailure(tries, outside.random())
        : waitAsAsked(tries, asked, answer.status < 300 || answer.status === TOO_MANY, outside.random());
    if (wait === null) throw asked === null ? (failure ?? unavailable(answer)) : throttled(answer, asked);
    tries.waitedMs += wait;
    await outside.wait(wait);
  }
}

type Outcome = { answer: ShopAnswer; failure: null } | { answer: null; failure: ShopFailure };

/** One request. Throws a `ShopFailure` for what would be no other another time. */
async function callOnce(
  origin: string,
  { method, path, headers, sign, body }: ShopCall,
  outside: Outside,
): Promise<Outcome> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await outside.fetch(`${origin}${path}`, {
      method,
      headers: {
        accept: "application/json",
        "user-agent": "Waymark",
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
        ...(await sign?.()),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: "manual",
      signal,
    });
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel().catch(() => {});
      throw redirected(origin, response);
    }
    const read = readBody(await boundedText(response, signal));
    return { answer: { status: response.status, headers: response.headers, body: read }, failure: null };
  } catch (error) {
    if (error instanceof ShopFailure) throw error;
    const why = signal.aborted ? `no answer within ${TIMEOUT_MS / 1_000} seconds` : errorText(error);
    return { answer: null, failure: new ShopFailure("unavailable", `The shop can't be reached: ${why}.`) };
  }
}

/** Where a redirect leads may say what was sent, in its query; its origin doesn't. */
function redirected(origin: string, { status, headers }: Response): ShopFailure {
  const location = URL.parse(headers.get("location") ?? "", origin);
  const to = location === null || location.origin === URL.parse(origin)?.origin ? "another address" : location.origin;
  return new ShopFailure(
    "refused",
    `The shop redirects to ${to} (HTTP ${status}), and redirects are not followed: connect the address that it answers at.`,
  );
}

function unavailable(answer: ShopAnswer | null): ShopFailure {
  return new ShopFailure("unavailable", `The shop answers HTTP ${answer?.status ?? 0}.`);
}

function throttled(answer: ShopAnswer | null, askedMs: number): ShopFailure {
  const asked = Number.isFinite(askedMs) ? `for ${Math.ceil(askedMs / 1_000)} seconds` : "for time";
  return new ShopFailure("throttled", `The shop has no time now, and asks ${asked} (HTTP ${answer?.status ?? 0}).`);
}

/** JSON as what it says, anything else as text. */
function readBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** An answer's text. Throws a `ShopFailure` if it is too long, and what the stream throws. */
async function boundedText({ body }: Response, signal: AbortSignal): Promise<string> {
  if (body === null) return "";
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const stop = (): void => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", stop);
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for (;;) {
    const { value, done } = await reader.read();
    // A stream that was cancelled ends as one that is whole.
    signal.throwIfAborted();
    if (done) break;
    size += value.length;
    if (size > MAX_ANSWER_BYTES) {
      stop();
      throw new ShopFailure("unreadable", `The shop's answer has more than ${MAX_ANSWER_BYTES / 1e6} MB.`);
    }
    text += decoder.decode(value, { stream: true });
  }
  signal.removeEventListener("abort", stop);
  return text + decoder.decode();
}
