import type { clickBatches, clickRows } from "../../ground/db/schema/click.ts";
import { bucketOf } from "./verdict.ts";

/** A row of the packed log. */
export type BatchRow = typeof clickBatches.$inferSelect;

/**
 * SQL: how many clicks a batch counts for where no more than so many are to be in memory at once: more than it has if
 * their texts are long, for visitors choose these. Clicks have some 150 bytes each, and thousands at the most.
 */
export const WEIGHT = "max(count, (octet_length(facts) + octet_length(clicks)) / 500)";

/** The same of a batch that was read, about. */
export function weightOf({ count, facts, clicks }: Pick<BatchRow, "count" | "facts" | "clicks">): number {
  return Math.max(count, Math.floor((facts.length + clicks.length) / 500));
}

/** A click as the log shows it, whether it is packed or a row. */
export type LoggedClick = typeof clickRows.$inferSelect;

/** A click as it is packed: all but what its batch says of it. */
export type PackedClick = Omit<LoggedClick, "seq" | "bucket" | "uniqueOfDay" | "windowStart" | "ingestedAt">;

type Text = string | null;

/** A place in a list of texts; `null` for none. */
type Place = number | null;

/**
 * What the clicks of a batch share, each list without repetition. What comes together stands together, as places in the
 * list of texts: a link's UTM values are its owner's, a browser runs on an operating system, a city lies in a country.
 */
interface Facts {
  texts: string[];
  links: string[];
  /** Device, browser, operating system. */
  agents: [Place, Place, Place][];
  /** Country, region, city, data centre. */
  places: [Place, Place, Place, Place][];
  /** Source class, referrer's host. */
  sources: [Place, Place][];
  /** Source, medium, campaign, term, content. */
  utms: [Place, Place, Place, Place, Place][];
  /** Consent, where it is from, and why a click is in its bucket, `null` where its verdict says why; the rule, a number. */
  decisions: [Place, Place, Place, number | null][];
  languages: Text[];
}

/**
 * A click of its own: its id without `clk_`, ms since the earliest of the batch, its visitor key, and its places in the
 * lists of links, agents, places, sources, UTM values, decisions and languages. The view `clicks` reads it so too.
 */
type Entry = [string, number, Text, number, number, number, number, number, number, number];

/** What a batch holds, as its row has it. */
export type PackedBatch = Pick<BatchRow, "count" | "earliest" | "latest" | "facts" | "clicks">;

/** Clicks of one batch are no further apart, ms: so those of a moment are found by an index of few rows. */
export const BATCH_SPAN_MS = 300_000;

const DAY_MS = 86_400_000;

const PREFIX = "clk_";

/** A list without repetition, and the place of each of its items. */
class Places<Item> {
  readonly items: Item[] = [];
  readonly #places = new Map<Text, number>();

  /** The place of what `key` stands for; `make` is called the first time. */
  of(key: Text, make: () => Item): number {
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = this.items.push(make()) - 1;
    this.#places.set(key, place);
    return place;
  }
}

/** A text as a part of a key: no text of the log has control characters, so no two lists become the same. */
const part = (text: string | number | null): string | number => text ?? "\u0001";

/** Packs clicks in their order. They must fit together: see {@link batchesOf}. */
export function pack(clicks: readonly (Omit<PackedClick, "reason"> & { reason: string | null })[]): PackedBatch {
  const texts = new Places<string>();
  const links = new Places<string>();
  const agents = new Places<Facts["agents"][number]>();
  const places = new Places<Facts["places"][number]>();
  const sources = new Places<Facts["sources"][number]>();
  const utms = new Places<Facts["utms"][number]>();
  const decisions = new Places<Facts["decisions"][number]>();
  const languages = new Places<Text>();
  const text = (value: Text): Place => (value === null ? null : texts.of(value, () => value));
  let earliest = Infinity;
  let latest = -Infinity;
  for (const { time } of clicks) {
    if (time < earliest) earliest = time;
    if (time > latest) latest = time;
  }
  const entries = clicks.map((c): Entry => [
    c.id.slice(PREFIX.length),
    c.time - earliest,
    c.visitorKey,
    links.of(c.linkId, () => c.linkId),
    agents.of(`${c.device}\0${part(c.browser)}\0${part(c.os)}`, () => [text(c.device), text(c.browser), text(c.os)]),
    places.of(`${part(c.country)}\0${part(c.region)}\0${part(c.city)}\0${part(c.colo)}`, () => [
      text(c.country),
      text(c.region),
      text(c.city),
      text(c.colo),
    ]),
    sources.of(`${c.source}\0${part(c.referrerHost)}`, () => [text(c.source), text(c.referrerHost)]),
    utms.of(
      `${part(c.utmSource)}\0${part(c.utmMedium)}\0${part(c.utmCampaign)}\0${part(c.utmTerm)}\0${part(c.utmContent)}`,
      () => [text(c.utmSource), text(c.utmMedium), text(c.utmCampaign), text(c.utmTerm), text(c.utmContent)],
    ),
    decisions.of(`${c.consent}\0${c.consentSource}\0${part(c.reason)}\0${part(c.rule)}`, () => [
      text(c.consent),
      text(c.consentSource),
      text(c.reason),
      c.rule,
    ]),
    languages.of(c.language, () => c.language),
  ]);
  const facts: Facts = {
    texts: texts.items,
    links: links.items,
    agents: agents.items,
    places: places.items,
    sources: sources.items,
    utms: utms.items,
    decisions: decisions.items,
    languages: languages.items,
  };
  return { count: clicks.length, earliest, latest, facts: JSON.stringify(facts), clicks: JSON.stringify(entries) };
}

/** What of a batch tells its clicks. */
export type Readable = Pick<
  BatchRow,
  "seq" | "stride" | "earliest" | "windowMs" | "ingestedAt" | "verdicts" | "facts" | "clicks"
>;

/** The clicks of a batch, in their order. Throws a `SyntaxError` or `RangeError` for one that is damaged. */
export function unpack(batch: Readable): LoggedClick[] {
  const facts: Facts = JSON.parse(batch.facts);
  const entries: Entry[] = JSON.parse(batch.clicks);
  const text = (place: Place): Text => (place === null ? null : at(facts.texts, place));
  return entries.map((entry, index) => {
    const [id, offset, visitorKey, link, agent, place, source, utm, decision, language] = entry;
    const letter = batch.verdicts.charAt(index);
    const bucket = bucketOf(letter);
    const time = batch.earliest + offset;
    const [device, browser, os] = at(facts.agents, agent);
    const [country, region, city, colo] = at(facts.places, place);
    const [sourceClass, referrerHost] = at(facts.sources, source);
    const [utmSource, utmMedium, utmCampaign, utmTerm, utmContent] = at(facts.utms, utm);
    const [consent, consentSource, reason, rule] = at(facts.decisions, decision);
    return {
      seq: batch.seq + batch.stride * index,
      id: PREFIX + id,
      linkId: at(facts.links, link),
      time,
      bucket,
      reason: reasonOf(letter, visitorKey) ?? text(reason) ?? "",
      visitorKey,
      windowStart: time - (time % batch.windowMs),
      uniqueOfDay: letter === "u" ? 1 : 0,
      country: text(country),
      region: text(region),
      city: text(city),
      colo: text(colo),
      device: text(device) ?? "",
      browser: text(browser),
      os: text(os),
      language: at(facts.languages, language),
      referrerHost: text(referrerHost),
      source: text(sourceClass) ?? "",
      utmSource: text(utmSource),
      utmMedium: text(utmMedium),
      utmCampaign: text(utmCampaign),
      utmTerm: text(utmTerm),
      utmContent: text(utmContent),
      rule,
      consent: text(consent) ?? "",
      consentSource: text(consentSource) ?? "",
      ingestedAt: batch.ingestedAt,
    };
  });
}

/** Why a visit counts or doesn't; `null` for what is no visit. */
function reasonOf(letter: string, visitorKey: string | null): string | null {
  if (letter === "d") return "repeat_in_window";
  if (letter === "c") return "first_in_window";
  // Whom nothing tells from others is the first of their own day.
  if (letter === "u") return visitorKey === null ? "anonymous" : "first_in_window";
  return null;
}

function at<Item>(items: readonly Item[], place: number): Item {
  const item = items[place];
  if (item === undefined) throw new RangeError(`a click names what its batch doesn't have: ${place}`);
  return item;
}

/**
 * Sorts clicks into groups that fit into one batch each: of one UTC day, and no further apart than
 * {@link BATCH_SPAN_MS}. Nearly always that is one. Within a group they keep their order.
 */
export function batchesOf<Click extends { time: number }>(clicks: readonly Click[]): Click[][] {
  let [earliest, latest] = [Infinity, -Infinity];
  for (const { time } of clicks) {
    if (time < earliest) earliest = time;
    if (time > latest) latest = time;
  }
  if (fit(earliest, latest)) return clicks.length === 0 ? [] : [[...clicks]];
  const groups: { from: number; clicks: Click[] }[] = [];
  // Times are looked at in their order, so that no more groups are made than there must be.
  const starts: number[] = [];
  for (const time of clicks.map((click) => click.time).toSorted((a, b) => a - b)) {
    const start = starts.at(-1);
    if (start === undefined || !fit(start, time)) starts.push(time);
  }
  for (const from of starts) groups.push({ from, clicks: [] });
  for (const click of clicks) groups.findLast(({ from }) => from <= click.time)?.clicks.push(click);
  return groups.map((group) => group.clicks);
}

function fit(earliest: number, latest: number): boolean {
  return latest - earliest <= BATCH_SPAN_MS && Math.floor(earliest / DAY_MS) === Math.floor(latest / DAY_MS);
}
