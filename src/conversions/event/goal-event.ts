import { isOneLine } from "../../ground/http/one-line.ts";
import type { GoalEvent } from "../../ground/model/conversion.ts";
import { isRecord } from "../../sales/capture/read-order.ts";
import { eventIdOf, isView } from "../../sales/capture/signal.ts";

/** The parts of a row of the inbox that an event is read from. */
export interface EventRow {
  id: string;
  /** ms UTC. */
  receivedAt: number;
  source: string;
  /** `null`: no store had its key yet. */
  storeId: string | null;
  /** JSON, redacted; empty once its time is up. */
  body: string;
  /** See `ReportMeta`. */
  meta: Record<string, unknown>;
}

/** An event with the click id that came along, in its body or in the cookie; it may be anything. */
export type RowEvent = GoalEvent & { click: string | null };

/** Longest name of an event or of a goal, characters. */
export const MAX_NAME = 100;

/** Longest address of a page, characters. */
export const MAX_PAGE = 2_000;

/** The field of an event's data that names it, by its kind. */
const NAMED_BY = { track: "event", conversion: "goal" } as const;

/**
 * The event that a row of the inbox tells of; `null`: none, or one that no definition could ever ask for, as it has
 * no name. Its visitor, customer and click are as the row has them: what its store's shoppers don't allow must have
 * been taken out (see `asAllowed`). When it happened is when it came, for browsers' clocks are not believed. Never
 * throws.
 */
export function goalEventOf(row: EventRow): RowEvent | null {
  if (row.source !== "snippet" || row.storeId === null || row.body === "") return null;
  const body: unknown = JSON.parse(row.body);
  const kind = isRecord(body) ? kindOf(body["type"]) : null;
  if (!isRecord(body) || kind === null) return null;
  const data = isRecord(body["data"]) ? body["data"] : {};
  const page = pageOf(hosted(body["url"], textOf(row.meta["origin"])));
  const name = kind === "track" || kind === "conversion" ? nameOf(data[NAMED_BY[kind]]) : null;
  if ((kind === "track" || kind === "conversion") && name === null) return null;
  if (kind === "page" && page === null) return null;
  const id = eventIdOf(data["eventId"]) ?? eventIdOf(body["id"]);
  return {
    key: id === null ? `i:${row.id}` : `e:${id}`,
    storeId: row.storeId,
    kind,
    name,
    page,
    country: textOf(row.meta["country"]),
    data: ownData(data),
    visitorHash: textOf(body["visitorHash"]),
    customerHash: textOf(body["customerHash"]),
    view: isView(body["view"]) ? body["view"] : null,
    trust: "claimed",
    time: row.receivedAt,
    click: textOf(body["click"]) ?? textOf(row.meta["click"]),
  };
}

/** Kinds of events that pages tell of, apart from orders. */
type PageKind = "page" | "track" | "conversion" | "identify";

function kindOf(type: unknown): PageKind | null {
  return type === "page" || type === "track" || type === "conversion" || type === "identify" ? type : null;
}

/** A name as definitions have them, or `null`. */
export function nameOf(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const name = value.trim();
  return name !== "" && name.length <= MAX_NAME && isOneLine(name) ? name : null;
}

/** The address of a page without query and fragment, its host in lower case; `null`: it is none. */
export function pageOf(value: unknown): string | null {
  if (typeof value !== "string" || value.length > MAX_PAGE) return null;
  const url = URL.parse(value);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return null;
  const page = `${url.origin}${url.pathname}`;
  // Escapes make it longer.
  return page.length <= MAX_PAGE ? page : null;
}

/** A host that was taken out, as a number's may be a person's. */
const HIDDEN_HOST = /^https?:\/\/[^/]*\[removed\][^/]*/;

/** The address of a page, with the origin that its request told where it was taken out. */
function hosted(url: unknown, origin: string | null): unknown {
  return typeof url === "string" && origin !== null ? url.replace(HIDDEN_HOST, () => origin) : url;
}

/** What an event says of itself, at its top, as it said it; its name and its id stand elsewhere. */
function ownData(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data).filter(
      ([name, value]) =>
        !["event", "goal", "eventId"].includes(name) && ["string", "number", "boolean"].includes(typeof value),
    ),
  );
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
