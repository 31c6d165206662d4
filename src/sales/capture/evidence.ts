import { type TokenKeys, verifyToken } from "../../edge/click/token.ts";
import type { ConsentSetting } from "../../ground/model/link.ts";
import { sha256Hex } from "../../ground/http/auth.ts";
import type { ClickRef, Evidence, EvidenceData } from "../../ground/model/evidence.ts";
import type { ShopSettings } from "../../ground/model/shop.ts";
import { ownNumber } from "../../ground/model/shop-order.ts";
import { orderBodyOf } from "../shop/meaning.ts";
import { type PrivacyRequest, type ShopBody, TO_BE_FETCHED } from "../shop/report.ts";
import type { StoreRow } from "../../programme/store/store.ts";
import type { InboxRow } from "./inbox-store.ts";
import { readEvent } from "./read-event.ts";
import { type CaptureSource, CLOCK_AHEAD_MS, isRecord, readOrder, type ReadOrder, type Refusal } from "./read-order.ts";
import { orderOfQuery } from "./read-query.ts";
import { redact } from "./redact.ts";
import { fallbackOf } from "./report.ts";
import { originProblem } from "./request.ts";
import { isAskedFor } from "./signal.ts";

/** What a row of the inbox comes to. */
export type Meaning =
  | { kind: "evidence"; evidence: Evidence }
  /** What a page tells that isn't an order; `touch` is a click of a customer's that it names. */
  | { kind: "event"; isAskedFor: boolean; touch: { customerHash: string; click: ClickRef } | null; reason: Refusal }
  /** What a shopper's rights ask for. */
  | { kind: "privacy"; privacy: PrivacyRequest; customerHashes: string[]; orderIds: string[] }
  /** It is another run's to do something about. */
  | { kind: "waiting"; reason: Refusal }
  | { kind: "kept"; reason: Refusal }
  | { kind: "refused"; reason: Refusal };

/** Sources whose reports come from browsers, which can only claim. */
const PAGES: ReadonlySet<string> = new Set(["snippet", "pixel"]);

const EMPTIED: Refusal = { code: "emptied", path: "", detail: "Its body was emptied when its time was up." };

/**
 * Reads a row whose store is known, under the policy that holds for its shoppers and, where a connected shop told it,
 * its settings. Never rejects for what the row says.
 */
export async function meaningOf(
  reported: InboxRow,
  store: StoreRow,
  keys: TokenKeys,
  policy: ConsentSetting,
  settings: ShopSettings,
  /** What the store's active definitions listen to (see `listeningOf`). */
  listens: string | null,
): Promise<Meaning> {
  const row = asAllowed(reported, policy);
  const { origin } = row.meta as { origin?: string | null };
  const misplaced = PAGES.has(row.source) ? originProblem(origin ?? null, store.origins) : null;
  if (misplaced !== null) return { kind: "refused", reason: misplaced };
  if (row.body === "") return { kind: "refused", reason: EMPTIED };
  const body: unknown = JSON.parse(row.body);
  const { source } = row;
  if (source === "shop") return meaningOfShop(row, store, keys, body as ShopBody, settings);
  if (source === "snippet") return meaningOfEvent(row, store, keys, body, listens);
  const order = source === "order" ? body : orderOfQuery(isRecord(body) ? body : {});
  // Of a page nobody's phone is taken: whoever knows one could have it be theirs.
  const phoneHash = source === "order" ? hashIn(body, "phoneHash") : null;
  return meaningOfOrder(row, source, store, keys, order, { customerHash: hashIn(body), phoneHash }, null);
}

async function meaningOfShop(
  row: InboxRow,
  store: StoreRow,
  keys: TokenKeys,
  body: ShopBody,
  settings: ShopSettings,
): Promise<Meaning> {
  if ("order" in body) {
    const { order, customerHash = null, emailHash = null, phoneHash = null } = body;
    const said = { customerHash, emailHash, phoneHash, renewalOf: order.renewalOf, orderNumber: ownNumber(order) };
    return meaningOfOrder(row, "order", store, keys, orderBodyOf(order, settings), said, null);
  }
  if ("deleted" in body) {
    const { deleted: externalId, at } = body;
    const data: EvidenceData = { status: "cancelled", ...(at !== null && { updatedAt: at }) };
    const { source, receivedAt, statedAt } = row;
    const hash = await sha256Hex(JSON.stringify([source, externalId, at, data]));
    const sourceTime = at === null ? (statedAt ?? receivedAt) : Math.min(at, receivedAt + CLOCK_AHEAD_MS);
    return {
      kind: "evidence",
      evidence: { hash, source, trust: "confirmed", sourceTime, receivedAt, externalId, data },
    };
  }
  if ("privacy" in body) return { kind: "privacy", ...body };
  if ("fetch" in body) {
    return { kind: "waiting", reason: { code: TO_BE_FETCHED, path: "", detail: "The shop is asked for the order." } };
  }
  if ("ignored" in body) return keptAs("ignored", "The shop told of nothing that counts.");
  return { kind: "refused", reason: { code: "unreadable", path: "", detail: "It can't be read as an order." } };
}

/** The parts of a row that may tell one shopper from another, and where it is from. */
type PageRow = Pick<InboxRow, "body" | "meta"> & { source: string };

/**
 * A row as the policy that holds for its store's shoppers allows it: one that came before its store was kept without
 * knowing that the store is strict.
 */
export function asAllowed<Row extends PageRow>(row: Row, policy: ConsentSetting): Row {
  return policy === "strict" && PAGES.has(row.source) ? anonymous(row) : row;
}

/** A page's report without anything that tells one shopper from another. */
function anonymous<Row extends PageRow>(row: Row): Row {
  const { click: _click, ...meta } = row.meta;
  if (row.body === "") return { ...row, meta };
  const body = redact(JSON.parse(row.body) as unknown, false);
  return { ...row, meta, body: JSON.stringify(isRecord(body) ? { ...body, customerHash: undefined } : body) };
}

async function meaningOfEvent(
  row: InboxRow,
  store: StoreRow,
  keys: TokenKeys,
  body: unknown,
  listens: string | null,
): Promise<Meaning> {
  const reading = readEvent(body);
  if ("refused" in reading) return { kind: "refused", reason: reading.refused };
  const { type, consent, click, data } = reading.event;
  const customerHash = hashIn(body);
  if (type === "order") return meaningOfOrder(row, "snippet", store, keys, data, { customerHash }, click);
  const isKnown = customerHash !== null || (isRecord(body) && typeof body["visitorHash"] === "string");
  const event = { kind: "event" as const, isAskedFor: isAskedFor(type, isKnown, listens), touch: null };
  if (type !== "identify") return { ...event, reason: reasonOf("unused", "No rule uses events of this type yet.") };
  if (consent !== "granted") return keptAs("no_consent", "The shopper did not allow to be recognised.");
  if (customerHash === null) return keptAs("no_customer", "It names no customer.");
  // The later of two: what the page was opened with is newer than what was kept.
  const [found] = (await clicksOf(row, keys, [click])).clicks;
  const touch = found === undefined ? null : { customerHash, click: found };
  return { ...event, touch, reason: reasonOf("no_click", "It comes with no valid click id.") };
}

function keptAs(code: string, detail: string): Meaning {
  return { kind: "kept", reason: reasonOf(code, detail) };
}

function reasonOf(code: string, detail: string): Refusal {
  return { code, path: "", detail };
}

/** What isn't an order's own body to say: who bought, what it renews, and what people call it. */
interface Beside {
  customerHash: string | null;
  emailHash?: string | null;
  phoneHash?: string | null;
  renewalOf?: string | null;
  orderNumber?: string | null;
}

async function meaningOfOrder(
  row: InboxRow,
  /** The way whose fields the body has. */
  way: CaptureSource,
  store: StoreRow,
  keys: TokenKeys,
  body: unknown,
  { customerHash, emailHash = null, phoneHash = null, renewalOf = null, orderNumber = null }: Beside,
  click: string | null,
): Promise<Meaning> {
  const reading = readOrder(body, way, fallbackOf(way, store), row.receivedAt);
  if ("refused" in reading) return { kind: "refused", reason: reading.refused };
  const { order } = reading;
  const { clicks, badClicks } = await clicksOf(row, keys, [click, order.click]);
  const { country } = row.meta as { country?: string | null };
  const data: EvidenceData = {
    ...order.data,
    ...(clicks.length > 0 && { clicks }),
    ...(badClicks.length > 0 && { badClicks }),
    ...(customerHash !== null && { customerHash }),
    ...(emailHash !== null && { emailHash }),
    ...(phoneHash !== null && { phoneHash }),
    ...(renewalOf !== null && { renewalOf }),
    ...(orderNumber !== null && { orderNumber }),
  };
  const isPage = PAGES.has(row.source);
  return {
    kind: "evidence",
    evidence: {
      hash: await hashOf(row, order, data),
      source: row.source,
      trust: isPage ? "claimed" : "confirmed",
      // A server whose clock is ahead must not outweigh for years what is said later.
      sourceTime:
        order.updatedAt === null
          ? (row.statedAt ?? row.receivedAt)
          : Math.min(order.updatedAt, row.receivedAt + aheadOf(row)),
      receivedAt: row.receivedAt,
      externalId: order.externalId,
      data: {
        ...data,
        // Nothing was bought at a time that is yet to come; nor is a day over that was named for it.
        ...(data.placedAt !== undefined && { placedAt: Math.min(data.placedAt, row.receivedAt) }),
        // Of a page its request tells; where a server stands says nothing of the shopper, so it says itself.
        ...(isPage && country != null && { country }),
        ...(order.updatedAt !== null && { updatedAt: order.updatedAt }),
      },
    },
  };
}

/**
 * How far a server's clock may go ahead, ms. All that a platform says is by one clock, so that what it says twice within
 * seconds keeps its sequence, in whichever it comes.
 */
function aheadOf({ source }: InboxRow): number {
  return source === "shop" ? CLOCK_AHEAD_MS : 0;
}

/** What is reported, apart from when and from where it was sent. */
async function hashOf(row: InboxRow, order: ReadOrder, data: EvidenceData): Promise<string> {
  return sha256Hex(JSON.stringify([row.source, order.externalId, order.updatedAt, data]));
}

/** The clicks that a row's tokens name, each once, and what is wrong with the others. */
export async function clicksOf(
  row: Pick<InboxRow, "meta">,
  keys: TokenKeys,
  tokens: readonly (string | null)[],
): Promise<{ clicks: ClickRef[]; badClicks: string[] }> {
  const { click } = row.meta as { click?: string };
  const clicks = new Map<string, ClickRef>();
  const badClicks: string[] = [];
  for (const token of new Set([...tokens, click ?? null])) {
    if (token === null) continue;
    const verdict = await verifyToken(keys, token);
    if (!verdict.ok) badClicks.push(verdict.problem);
    else {
      const { clickId, linkId, time } = verdict.token;
      clicks.set(clickId, { clickId, linkId, time });
    }
  }
  return { clicks: [...clicks.values()], badClicks };
}

/** A hash that was put into a body when it was redacted, of the customer unless told otherwise. */
function hashIn(body: unknown, name: "customerHash" | "phoneHash" = "customerHash"): string | null {
  const hash = isRecord(body) ? body[name] : null;
  return typeof hash === "string" ? hash : null;
}
