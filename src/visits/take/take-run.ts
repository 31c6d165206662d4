import { classifyAgent } from "../../clicks/click/classify.ts";
import { HmacKey } from "../../edge/click/hmac.ts";
import { strongSecret } from "../../ground/config.ts";
import { RETRIES } from "../../ground/db/retries.ts";
import { retryIdempotent } from "../../ground/db/retry.ts";
import type { Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import type { ConsentState, ToldByPage, UntakenBehaviour, VisitOrigin } from "../../ground/model/visit.ts";
import { admits, senderOf, tooMany } from "../../sales/capture/admit-run.ts";
import { clickOfToken } from "../../sales/capture/click-load.ts";
import { customerHasher } from "../../sales/capture/customer.ts";
import { consentOf } from "../../sales/capture/read-event.ts";
import { allowanceOf } from "../../sales/capture/request.ts";
import { recordVisits } from "../log/record-run.ts";
import { FLUSH_AFTER_MS, VisitBuffer } from "./buffer.ts";
import { readTold, ruleOf, type ToldEvent, type ToldOrigin, type ToldVisit, typeOf } from "./read-told.ts";
import { sendVisits } from "./send-visits.ts";
import { readMessage, SEEN_LENGTH, type TakenEvent, type TakenRequest, type TakenVisit } from "./taken.ts";
import { Untold } from "./values.ts";

/** Events that count as one call of the limit. */
const EVENTS_A_CALL = 10;

/** Bytes that a message is named by. */
const ID_BYTES = 12;

/** Bytes of a MAC, a multiple of three, of which {@link SEEN_LENGTH} characters are kept. */
const SEEN_BYTES = 9;

/** What an isolate remembers at most, of each kind. */
const MOST_REMEMBERED = 2_000;

const base64url = { alphabet: "base64url" } as const;
const encoder = new TextEncoder();

/** What an isolate has in hand. */
interface Taking {
  buffer: VisitBuffer;
  /** Devices of user agents; `null`: it is a program's. */
  devices: Map<string | null, string | null>;
  /** Tells events from others. */
  seenKey: HmacKey;
}

// By environment, as the isolate's own state is: see index.ts.
const takings = new WeakMap<object, Taking>();

function takingOf(env: Env): Taking {
  const known = takings.get(env);
  if (known !== undefined) return known;
  const key = encoder.encode(`visit event:${strongSecret(env.VISITOR_KEY) ?? ""}`);
  const taking = { buffer: new VisitBuffer(), devices: new Map(), seenKey: new HmacKey(key) };
  takings.set(env, taking);
  return taking;
}

/** Takes what a page told of its visit: see `Deps.behave`. Throws a `Problem` (429). */
export async function takeBehaviour(deps: Deps, told: ToldByPage): Promise<UntakenBehaviour[]> {
  const calls = Math.ceil(told.events.length / EVENTS_A_CALL);
  if (!(await admits(deps.env.PAGE_BEHAVIOUR, senderOf(told.headers), calls))) {
    throw tooMany("Too much is told from there.");
  }
  const { request, untaken } = await new Taker(deps, told).take();
  const text = JSON.stringify(request);
  const events = request.events.length + request.untaken.length;
  const buffered = { text, bytes: encoder.encode(text).length, events };
  takingOf(deps.env).buffer.add(buffered, deps.now(), {
    wait: () => scheduler.wait(FLUSH_AFTER_MS),
    waitUntil: deps.waitUntil,
    send: (requests) =>
      sendVisits(requests, {
        queue: deps.env.VISIT_QUEUE ?? null,
        direct: (body) => recordDirectly(deps.env.DB, body),
        newId: () => {
          const bytes = new Uint8Array(ID_BYTES);
          deps.random(bytes);
          return bytes.toBase64(base64url);
        },
      }),
  });
  return untaken;
}

async function recordDirectly(d1: D1Database, body: string): Promise<void> {
  const message = readMessage(body);
  if (message === null) throw new Error("a message that can't be read");
  await retryIdempotent(() => recordVisits(d1, [message], Date.now()), RETRIES);
}

/** Takes the events of one request. */
class Taker {
  readonly #env: Env;
  readonly #told: ToldByPage;
  readonly #policy: NonNullable<ToldByPage["store"]["consentPolicy"]>;
  readonly #taking: Taking;
  readonly #hasKey: boolean;
  readonly #hashOf: ReturnType<typeof customerHasher>;
  readonly #hashes = new Map<string, Promise<string | null>>();
  readonly #places = new Map<string, number>();
  readonly #request: TakenRequest;

  constructor({ env, config }: Pick<Deps, "env" | "config">, told: ToldByPage) {
    this.#env = env;
    this.#told = told;
    this.#policy = told.store.consentPolicy ?? config.consentPolicy;
    this.#taking = takingOf(env);
    this.#hasKey = strongSecret(env.VISITOR_KEY) !== null;
    this.#hashOf = customerHasher(env.VISITOR_KEY);
    const { store, country, receivedAt } = told;
    this.#request = { storeId: store.id, receivedAt, country, device: "other", visits: [], events: [], untaken: [] };
  }

  async take(): Promise<{ request: TakenRequest; untaken: UntakenBehaviour[] }> {
    const device = this.#device();
    const untaken: UntakenBehaviour[] = [];
    if (device !== null) this.#request.device = device;
    for (const { index, value } of this.#told.events) {
      // Programs are counted, and learn nothing.
      const outcome = device === null ? "bot" : await this.#takeOne(value);
      if (outcome === null) continue;
      if (outcome !== "bot") untaken.push({ index, code: outcome });
      const type = typeOf(value);
      if (type === null) continue;
      const rule = outcome === "bot" ? "" : ruleOf(value);
      const same = this.#request.untaken.find((other) => {
        return other.type === type && other.rule === rule && other.outcome === outcome;
      });
      if (same === undefined) this.#request.untaken.push({ type, rule, outcome, count: 1 });
      else same.count += 1;
    }
    return { request: this.#request, untaken };
  }

  /** Takes an event, or answers why it can't be taken. */
  async #takeOne(value: Readonly<Record<string, unknown>>): Promise<Untold["outcome"] | null> {
    try {
      const consent = this.#consent(value);
      const { currency } = this.#told.store;
      this.#request.events.push(await this.#taken(readTold(value, { consent, currency }), consent));
      return null;
    } catch (error) {
      if (error instanceof Untold) return error.outcome;
      console.error(JSON.stringify({ event: "behaviour_untaken", message: errorText(error) }));
      return "malformed";
    }
  }

  async #taken(told: ToldEvent, consent: ConsentState): Promise<TakenEvent> {
    const { id: storeId } = this.#told.store;
    const { plan, age, path, facts, entry, was } = told;
    const visit = told.visit === null ? null : await this.#placeOf(told.visit);
    const keyOf = (text: string): string => this.#taking.seenKey.sign(text, SEEN_BYTES).slice(0, SEEN_LENGTH);
    const seen = keyOf(`${storeId}\n${told.id}`);
    const common = { seen, plan, age, consent, path, visit };
    switch (facts.type) {
      case "cart":
      case "bought":
        return { ...common, ...facts, cartKey: await this.#cartKey(told) };
      case "step":
        return { ...common, ...facts, cartKey: told.visit === null ? null : await this.#cartKey(told) };
      case "page": {
        const counted = JSON.stringify([storeId, told.id, plan, was ?? consent, path, entry]);
        return {
          ...common,
          ...facts,
          ...((consent !== "granted" || was !== null) && {
            again: keyOf(`${storeId}\n${told.id}\nagain`),
            mark: keyOf(counted),
          }),
          ...(entry !== null && { entry: await this.#originOf(entry) }),
          ...(was !== null && { was }),
        };
      }
      default:
        return { ...common, ...facts };
    }
  }

  /** The place of a visit among those of the request. */
  async #placeOf(told: ToldVisit): Promise<number> {
    const key = JSON.stringify(told);
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const { visitor, id, page, landing, before } = told;
    const origin = await this.#originOf(told.origin);
    const visit: TakenVisit = {
      visitorHash: await this.#hash(`visitor:${visitor}`),
      id,
      page,
      landing,
      before,
      origin,
    };
    const place = this.#request.visits.push(visit) - 1;
    this.#places.set(key, place);
    return place;
  }

  /**
   * A cart is its visitor's: who knows or guesses the shop's id of another's can neither take it nor end it. One without
   * an id is known by its visitor alone.
   */
  async #cartKey({ cartId, visit }: ToldEvent): Promise<string> {
    const visitor = visit?.visitor ?? "";
    return this.#hash(cartId === null ? `visitor:${visitor}` : `cart:${visitor}:${cartId}`);
  }

  async #originOf({ click, ...origin }: ToldOrigin): Promise<VisitOrigin> {
    return { ...origin, linkId: click === null ? null : ((await clickOfToken(this.#env, click))?.linkId ?? null) };
  }

  async #hash(id: string): Promise<string> {
    let hash = this.#hashes.get(id);
    if (hash === undefined) this.#hashes.set(id, (hash = this.#hashOf(this.#told.store.id, id)));
    // Without a key nobody consents: see #consent.
    return (await hash) ?? "";
  }

  #consent(value: Readonly<Record<string, unknown>>): ConsentState {
    const stated = consentOf(value["consent"]);
    const consent = stated === "unstated" ? "unknown" : stated;
    if (consent !== "granted") return consent;
    if (!this.#hasKey) return "unknown";
    return allowanceOf(this.#told.headers, consent, this.#policy).customer ? "granted" : "denied";
  }

  /** `null`: it is a program's. */
  #device(): string | null {
    const { devices } = this.#taking;
    const userAgent = this.#told.headers.get("User-Agent");
    const known = devices.get(userAgent);
    if (known !== undefined) return known;
    const { bot, device } = classifyAgent(userAgent);
    if (devices.size >= MOST_REMEMBERED) devices.clear();
    const found = bot === null ? device : null;
    devices.set(userAgent, found);
    return found;
  }
}
