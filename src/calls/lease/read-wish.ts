import { phoneOf } from "../../ground/phone.ts";
import { cleanPath } from "../../visits/plan/clean-path.ts";
import { pathOfUrl, type ToldOrigin, toldOriginOf, VISIT_ID, VISITOR } from "../../visits/take/read-told.ts";
import { fieldsOf, Untold } from "../../visits/take/values.ts";

/** Numbers on a page that one request may ask for. */
export const MAX_TARGETS = 10;

/** Stands for a source of which nothing is known. */
const NOWHERE = {};

/** What a page asks, as it says it. */
export interface ToldWish {
  /** As it came: it is held against the browser's own signals and the store's policy. */
  consent: unknown;
  /** As the page draws it; `null`: none, or what can't be one. */
  visitor: string | null;
  /** Of a visit as its browser keeps it; `null`: it tells of none. */
  visit: string | null;
  /** Where the visit came from; without one, the page. */
  origin: ToldOrigin;
  /** Path of the page, cleaned. */
  page: string;
  /** Numbers on the page, E.164, each once, with the one that is shown instead; `null`: its own. */
  numbers: readonly { target: string; shown: string | null }[];
}

/** Reads what a page asks. Throws `Untold`. */
export function readWish(value: unknown): ToldWish {
  const body = fieldsOf(value);
  if (body["v"] !== undefined && body["v"] !== 1) throw new Untold("malformed");
  const visit = body["visit"] == null ? null : fieldsOf(body["visit"]);
  return {
    consent: body["consent"],
    visitor: visitorOf(body["visitor"]),
    visit: visit === null ? null : matching(visit["id"], VISIT_ID),
    origin: toldOriginOf(visit?.["origin"] ?? body["origin"] ?? NOWHERE),
    page: cleanPath(pathOfUrl(body["url"]), []),
    numbers: numbersOf(body["targets"], body["shown"] == null ? {} : fieldsOf(body["shown"])),
  };
}

/** What a page tells that it showed until it was left: an event of the wire. Throws `Untold`. */
export function readShown(value: Readonly<Record<string, unknown>>): Pick<ToldWish, "consent" | "visitor" | "numbers"> {
  const data = fieldsOf(value["data"]);
  const [target, shown] = [numberOf(data["target"]), numberOf(data["number"])];
  return { consent: value["consent"], visitor: visitorOf(value["visitor"]), numbers: [{ target, shown }] };
}

function numbersOf(targets: unknown, shown: Readonly<Record<string, unknown>>): ToldWish["numbers"] {
  if (targets == null) throw new Untold("missing");
  if (!Array.isArray(targets)) throw new Untold("malformed");
  if (targets.length > MAX_TARGETS) throw new Untold("implausible");
  return [...new Set(targets.map(numberOf))].map((target) => ({
    target,
    shown: shown[target] == null ? null : numberOf(shown[target]),
  }));
}

function numberOf(value: unknown): string {
  if (value == null) throw new Untold("missing");
  const number = typeof value === "string" ? phoneOf(value) : null;
  if (number === null) throw new Untold("malformed");
  return number;
}

/** Who has none that can be one is nobody. */
function visitorOf(value: unknown): string | null {
  return typeof value === "string" && VISITOR.test(value) ? value : null;
}

function matching(value: unknown, pattern: RegExp): string {
  if (typeof value !== "string" || !pattern.test(value)) throw new Untold(value == null ? "missing" : "malformed");
  return value;
}
