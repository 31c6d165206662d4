import { type OrderPage, ShopFailure } from "../platform.ts";
import type { Calls } from "./calls-send.ts";
import { type Criteria, type Filter, holds } from "./criteria.ts";
import { idOf, recordOf, recordsOf } from "../fields.ts";
import { filtersOf, nextPlace, type Place } from "./place.ts";

type Json = Record<string, unknown>;

/** Entries of a page: a power of two, so that halves of it are pages, too. */
const PAGE = 128;

/** A page past the end of any list. */
const FAR = 1_000_000;

/** If more entries of a page than these fail by themselves, and more than are shown, the shop is down. */
const MAX_SKIPPED = 3;

/** The same of entries that are next to each other, where a list is read from its front. */
const MAX_IN_A_ROW = 16;

/** Pages of a list at most that is read whole: one that has more says a wrong number of its entries. */
const MAX_PAGES = 400;

/** An entry that can't be shown takes its whole page with it, as a 500 or as something that is no JSON. */
const MAY_BE_AN_ENTRY: ReadonlySet<string> = new Set(["unavailable", "unreadable"]);

/** Lists of one shop, read so that neither a limit to pages nor an entry that the shop fails at stands in the way. */
export interface Pages {
  /** A page of what changed, from a place on. */
  since: (path: string, fields: string, place: Place) => Promise<SincePage>;
  /** All entries whose `field` is one of `values`, the first ones first. */
  among: (path: string, fields: string, field: string, values: readonly string[]) => Promise<Among>;
}

interface Among {
  rows: Json[];
  skipped: number;
}

interface SincePage {
  rows: Json[];
  skipped: OrderPage["skipped"];
  next: Place | null;
}

/** What was read of a page. */
interface Read {
  rows: Json[];
  skipped: number;
  /** How many entries the list has in all. */
  total: number;
}

/** Lists of the shop that `calls` go to. */
export function pagesOf(calls: Calls): Pages {
  /** What the shop lets a page have, as far as it is known. */
  let size = PAGE;
  /** The largest page that came full. */
  let given = 1;
  /** What is asked of the front of a list: fewer as long as the shop fails at an entry that is near. */
  let few = PAGE;

  /** Whether the shop said that pages are to be smaller, as {@link size} then is. Throws what no entry of a list can cause. */
  const saysLess = (error: unknown): boolean => {
    if (!(error instanceof ShopFailure)) throw error;
    const most = mostOf(error);
    if (most !== null && most < size) {
      size = powerWithin(most);
      return true;
    }
    if (!MAY_BE_AN_ENTRY.has(error.code)) throw error;
    return false;
  };

  /** A page; its size is smaller where the shop says so, or silently gives fewer than it has. */
  const page = async (path: string, criteria: Criteria, number: number): Promise<Read> => {
    for (;;) {
      try {
        const read = await onePage(path, criteria, { size, number }, true);
        if (read !== null) return read;
      } catch (error) {
        if (saysLess(error)) continue;
        const total = await countOf(path, criteria);
        if (total === null) throw error;
        const read = await halves(path, criteria, { size, number }, total);
        if (read !== null) return read;
      }
    }
  };

  /** `null`: the shop gives no pages of that size, and {@link size} has become one that it gives. */
  const onePage = async (
    path: string,
    criteria: Criteria,
    at: { size: number; number: number },
    patient: boolean,
  ): Promise<Read | null> => {
    const { rows, total } = await calls.list(path, criteria, at, patient);
    const left = total - (at.number - 1) * at.size;
    // A page past the end has the last page's entries again.
    if (left <= 0) return { rows: [], skipped: 0, total };
    if (rows.length === at.size) given = Math.max(given, at.size);
    // Where pages are smaller than they should be, those behind the first begin elsewhere, too: even one that has as many as
    // are left may be another than the last.
    const isShort = rows.length > 0 && rows.length < at.size;
    if (isShort && (rows.length !== left || (at.number > 1 && at.size > given))) {
      size = Math.min(size, powerWithin(rows.length));
      return null;
    }
    return { rows: recordsOf(rows), skipped: 0, total };
  };

  /**
   * How many entries a list has of which a page fails; `null`: nothing of it can be read, so the shop is down. A page says
   * it only where it can be shown, so other entries are asked for: the last, which a page past the end is, the second; and
   * where those fail, too, one of the first of the whole list, or its last, along with those that are meant, at either end
   * of them.
   */
  const countOf = async (path: string, criteria: Criteria): Promise<number | null> => {
    const fields = ["entity_id", ...criteria.filters.map(([field]) => field)].join(",");
    const firstOf = async (asked: Criteria, numbers: readonly number[], patient: boolean) => {
      for (const number of numbers) {
        const found = await unlessFailing(calls.list(path, { ...asked, fields }, { size: 1, number }, patient));
        if (found !== "fails") return found;
      }
      return null;
    };
    const plain = await firstOf(criteria, [FAR, 2], false);
    if (plain !== null) return plain.total;
    const anchor = await firstOf({ filters: [], sort: ["entity_id"], fields }, [1, 2, FAR], true);
    if (anchor === null) return null;
    const entry = recordOf(anchor.rows[0]);
    const or: Filter = ["entity_id", "eq", idOf(entry?.["entity_id"]) ?? "0"];
    const both = await firstOf({ ...criteria, or, sort: ["entity_id"] }, [1, FAR], true);
    if (both === null) return null;
    const isIn = entry === null || criteria.filters.every((filter) => holds(filter, entry));
    return both.total - (isIn ? 0 : 1);
  };

  /**
   * The front of a list, and never a page behind it: what changes meanwhile moves to the end, and all behind it over the
   * edge of a page. Where the shop fails it is half as many, until what fails is an entry alone, which is skipped.
   */
  const front = async (path: string, criteria: Criteria): Promise<Read> => {
    let counted: number | null = null;
    for (;;) {
      const asked = Math.min(size, few);
      if (asked === 1 && counted !== null) return oneByOne(path, criteria, counted);
      try {
        const { rows, total } = await calls.list(path, criteria, { size: asked, number: 1 }, counted === null);
        few = Math.min(PAGE, asked * 2);
        return { rows: recordsOf(rows), skipped: 0, total };
      } catch (error) {
        if (saysLess(error)) continue;
        counted ??= await countOf(path, criteria);
        if (counted === null) throw error;
        few = Math.max(1, asked / 2);
      }
    }
  };

  /** The front of a list up to an entry behind those that the shop fails at: right behind them there is but to count. */
  const oneByOne = async (path: string, criteria: Criteria, total: number): Promise<Read> => {
    const read: Read = { rows: [], skipped: 0, total };
    for (let number = 1; number <= read.total; number++) {
      const one = await unlessFailing(calls.list(path, criteria, { size: 1, number }, true));
      if (one === "fails") {
        await skip(path, criteria, read);
        if (read.skipped > MAX_IN_A_ROW) throw allFail();
        continue;
      }
      read.total = one.total;
      // A page past the end has the last page's entries again.
      if (number <= one.total) read.rows.push(...recordsOf(one.rows));
      if (read.skipped > 0 || number >= MAX_IN_A_ROW) break;
    }
    few = 2;
    return read;
  };

  /** Counts an entry as skipped, if it is that which fails, and not the shop since a moment ago. */
  const skip = async (path: string, criteria: Criteria, read: Read): Promise<void> => {
    if ((await countOf(path, criteria)) === null) throw allFail();
    read.skipped += 1;
  };

  /** A page that fails, by halves: they are tried once, for a 500 stays one, until what fails is an entry alone. */
  const halves = async (
    path: string,
    criteria: Criteria,
    whole: { size: number; number: number },
    total: number,
  ): Promise<Read | null> => {
    const read: Read = { rows: [], skipped: 0, total };
    const todo = whole.size === 1 ? [whole] : parts(whole);
    for (let at = todo.shift(); at !== undefined; at = todo.shift()) {
      // Behind the end are the last page's entries once more.
      if ((at.number - 1) * at.size >= read.total) continue;
      const one = await unlessFailing(onePage(path, criteria, at, false));
      if (one === null) return null;
      if (one !== "fails") {
        read.rows.push(...one.rows);
        read.total = one.total;
      } else if (at.size > 1) todo.unshift(...parts(at));
      else if ((await again(path, criteria, at, read)) === "fails") {
        await skip(path, criteria, read);
        if (read.skipped > Math.max(MAX_SKIPPED, read.rows.length)) {
          throw allFail();
        }
      }
    }
    return read;
  };

  /** One more time, since an entry that is skipped isn't waited for. */
  const again = async (
    path: string,
    criteria: Criteria,
    at: { size: number; number: number },
    read: Read,
  ): Promise<"fails" | "read"> => {
    const one = await unlessFailing(onePage(path, criteria, at, true));
    if (one === "fails" || one === null) return "fails";
    read.rows.push(...one.rows);
    read.total = one.total;
    return "read";
  };

  return {
    since: async (path, fields, place) => {
      const criteria = { ...filtersOf(place), fields };
      const { rows, skipped, total } = await front(path, criteria);
      const hidden = rows.length === 0 ? Math.max(0, total - skipped) : 0;
      // Behind so many there may be some that are shown.
      if (hidden > size) throw allFail();
      const isLast = rows.length === 0 || total <= rows.length + skipped;
      const when = `that changed at ${new Date(place.since).toISOString()} or later`;
      const detail = `The shop fails at showing an entry ${when}: its error log says why.`;
      const counted = `The shop counts entries ${when} that it doesn't show: does an extension take them out?`;
      return {
        rows,
        skipped: [
          ...Array.from({ length: skipped }, () => ({ orderId: null, detail })),
          ...Array.from({ length: Math.min(1, hidden) }, () => ({ orderId: null, detail: counted })),
        ],
        next: nextPlace(place, rows.at(-1) ?? null, isLast),
      };
    },
    among: async (path, fields, field, values) => {
      const found: Among = { rows: [], skipped: 0 };
      if (values.length === 0) return found;
      const criteria: Criteria = { filters: [[field, "in", values.join(",")]], sort: ["entity_id"], fields };
      for (let number = 1; number <= MAX_PAGES; number++) {
        const before = size;
        const { rows, skipped, total } = await page(path, criteria, number);
        // Pages of another size begin elsewhere.
        if (size !== before && number > 1) {
          found.rows.length = 0;
          found.skipped = 0;
          number = 0;
          continue;
        }
        found.rows.push(...rows);
        found.skipped += skipped;
        if (number * size >= total) return found;
      }
      throw new ShopFailure("unreadable", `The shop's list has no end: ${path}`);
    },
  };
}

function allFail(): ShopFailure {
  return new ShopFailure("unavailable", "The shop fails at showing its lists: its error log says why.");
}

function parts({ size, number }: { size: number; number: number }): { size: number; number: number }[] {
  return [
    { size: size / 2, number: 2 * number - 1 },
    { size: size / 2, number: 2 * number },
  ];
}

async function unlessFailing<Result>(call: Promise<Result>): Promise<Result | "fails"> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ShopFailure && MAY_BE_AN_ENTRY.has(error.code)) return "fails";
    throw error;
  }
}

/** How many entries a page may have at most, as the shop says where it refuses more; `null`: that isn't what it says. */
function mostOf({ code, message }: ShopFailure): number | null {
  const [, most] = /page ?size\D{0,40}?(\d{1,6})/i.exec(message) ?? [];
  return code !== "refused" || most === undefined || Number(most) < 1 ? null : Number(most);
}

function powerWithin(most: number): number {
  return 2 ** Math.floor(Math.log2(most));
}
