import { Outbox, type WebhookFaults } from "./outbox.ts";
import { randomOf } from "./random.ts";

/** What may happen to a call. `lost`: it is carried out, and its answer cut off; `throttled`: as the platform says so. */
export type FaultKind = "error" | "cut" | "timeout" | "lost" | "throttled" | "unauthorised";

/** What is to go wrong at a shop. All shares are from 0 to 1 and of calls that come in; what is left out is 0. */
export interface Faults {
  /** Where the dice begin. */
  seed?: number;
  /** Answered by a 5xx, not carried out. */
  error?: number;
  /** The connection is cut, not carried out. */
  cut?: number;
  /** Never answered, not carried out. */
  timeout?: number;
  /** Carried out, and then the connection is cut. */
  lost?: number;
  throttled?: number;
  /** How "slow down" is said: by the platform's own way (if left out), or by 429, which may say how long, seconds. */
  throttledAs?: { status: number; retryAfter?: number };
  /** How long a call that is never answered is held before it is cut, ms; 15 s. */
  holdMs?: number;
  /** What the next calls meet before any dice: `times` calls whose label has `match` in it (any, if left out). */
  next?: { kind: FaultKind; times?: number; match?: string; status?: number }[];
  /** What becomes of webhooks; see `outbox.ts`. */
  webhooks?: WebhookFaults;
}

/** A call as it came in. */
export interface StandCall {
  method: string;
  /** Behind the shop's own part, with a leading slash and without the query. */
  path: string;
  query: URLSearchParams;
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>;
  body: string;
}

/** What is answered. A `body` that is no text goes out as JSON. */
export interface StandAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** A call as it is listed for tests. */
export interface CallRecord {
  /** Method and path, and what the platform adds, such as a GraphQL field. */
  label: string;
  /** `null`: none came. */
  status: number | null;
  fault: FaultKind | null;
}

/** At most so many calls are listed. */
const MAX_CALLS = 20_000;

/** A code as any stand-in has it. */
export interface StandCode {
  /** In capitals. */
  text: string;
  title: string;
  /** Per cent of the cart; 0 for what gives something else. */
  percent: number;
  /** Whether a checkout takes it. */
  isPublished: boolean;
}

/** What tests of all platforms need to know of one. */
export interface AboutShop {
  /** The header that a webhook's signature is in; `null`: it sends none. */
  signature: string | null;
  /** What the label of a call has in it that makes a code, and one that registers a webhook. */
  makesCode: string;
  makesWebhook: string | null;
}

/**
 * Verbs that every platform's shop has, by the same names and forms: `order`, `orders`, `edit`, `refund` and `cancel` of
 * orders (see `woocommerce/order.ts` for what an order is said as), and these. An order's `click` is written to where the
 * platform keeps what the snippet of a shop notes.
 */
export interface CommonVerbs {
  order: (given: never) => unknown;
  orders: (given: never) => unknown;
  edit: (given: never) => unknown;
  refund: (given: never) => unknown;
  cancel: (given: never) => unknown;
  /** The merchant makes a code by hand, or changes one, to give so many per cent. */
  codeByHand: (given: { code: string; percent: number; title?: string }) => unknown;
  /** The merchant deletes one. */
  deleteCode: (given: { code: string }) => unknown;
  /** All codes, by their texts. */
  codes: () => { codes: StandCode[] };
  /** Takes all webhooks away, without a word. */
  dropWebhooks: (given: never) => unknown;
  /** Signs its webhooks with this secret from now on; left out, where it sends none. */
  signWith?: (given: { secret: string }) => unknown;
  /** The credentials that connect it hold no more. */
  revoke: () => unknown;
  about: () => AboutShop;
}

const KINDS = ["error", "cut", "timeout", "lost", "throttled"] as const;

/** What every platform's shop has: a clock, faults, calls that came in, webhooks that go out. */
export abstract class Shop {
  readonly name: string;
  readonly calls: CallRecord[] = [];
  readonly outbox: Outbox;
  faults: Faults = {};
  #random = randomOf(1);
  #frozen: number | null = null;

  constructor(name: string) {
    this.name = name;
    this.outbox = new Outbox(
      () => this.now(),
      (message, status) => this.delivered(message.subscription, message.tries, status),
    );
  }

  /** ms UTC, by the shop's clock. */
  now(): number {
    return this.#frozen ?? Date.now();
  }

  /** Stops the shop's clock at a time, ms UTC, or lets it go with the machine's. */
  freeze(at: number | null): void {
    this.#frozen = at;
  }

  setFaults(faults: Faults): void {
    this.faults = { ...faults, next: (faults.next ?? []).map((one) => ({ ...one })) };
    this.#random = randomOf(faults.seed ?? 1);
    this.outbox.setFaults(faults.webhooks ?? {}, faults.seed ?? 1);
  }

  /** What becomes of the next call, and by which status it is answered if that is said. One throw of the dice for each. */
  draw(label: string): { kind: FaultKind; status: number | null } | null {
    const dice = this.#random();
    const next = this.faults.next?.find(({ match, times }) => (times ?? 1) > 0 && label.includes(match ?? ""));
    if (next !== undefined) {
      next.times = (next.times ?? 1) - 1;
      return { kind: next.kind, status: next.status ?? (next.kind === "error" ? 503 : null) };
    }
    let upTo = 0;
    for (const kind of KINDS) {
      upTo += this.faults[kind] ?? 0;
      if (dice >= upTo) continue;
      return { kind, status: kind === "error" ? ([500, 502, 503, 504][Math.floor(dice * 4e6) % 4] ?? 503) : null };
    }
    return null;
  }

  note(call: CallRecord): void {
    if (this.calls.length < MAX_CALLS) this.calls.push(call);
  }

  /** What names a call in the list, such as `POST /admin/api/2026-10/graphql.json orders`. */
  label(call: StandCall): string {
    return `${call.method} ${call.path}`;
  }

  abstract answer(call: StandCall): Promise<StandAnswer> | StandAnswer;

  /** How the platform says "slow down" (`status`: as a test wants it said), and "I don't know you". */
  abstract throttled(call: StandCall, status: number | null): StandAnswer;
  abstract unauthorised(call: StandCall): StandAnswer;

  /** All that the shop has, as JSON. */
  abstract state(): unknown;

  /** What a test, or whoever tries it out, has the shop do: `POST /_stand/shops/{name}/do/{verb}`. */
  abstract readonly verbs: Readonly<Record<string, (given: never) => unknown>> & CommonVerbs;

  /**
   * A webhook of `subscription` was answered by `status` (`null`: not at all) at its `tries`-th try. Returns in how many
   * ms it is tried again; `null`: no more.
   */
  abstract delivered(subscription: string, tries: number, status: number | null): number | null;
}
