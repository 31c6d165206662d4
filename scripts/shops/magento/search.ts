import { Refusal } from "../refusal.ts";
import type { StandAnswer } from "../shop.ts";

type Json = Record<string, unknown>;

/** What a list is asked for, as `searchCriteria` says it. */
export interface Criteria {
  groups: { field: string; condition: string; value: string }[][];
  sort: { field: string; direction: string }[];
  pageSize: number | null;
  currentPage: number;
}

/** Reads `searchCriteria[…]` in both of its spellings. */
export function criteriaOf(query: URLSearchParams): Criteria {
  const criteria: Criteria = { groups: [], sort: [], pageSize: null, currentPage: 1 };
  for (const [name, value] of query) {
    const path = [...name.matchAll(/[^[\]]+/g)].map(([part]) => part);
    if (path[0] !== "searchCriteria") continue;
    const [, what = "", group = "0", , filter = "0", field = ""] = path;
    if (what === "pageSize" || what === "page_size") criteria.pageSize = Number(value);
    if (what === "currentPage" || what === "current_page") criteria.currentPage = Number(value);
    if (what === "sortOrders" || what === "sort_orders") {
      const sort = (criteria.sort[Number(path[2])] ??= { field: "", direction: "DESC" });
      if (path[3] === "field") sort.field = value;
      if (path[3] === "direction") sort.direction = value.toUpperCase();
    }
    if (what === "filter_groups" || what === "filterGroups") {
      const one = ((criteria.groups[Number(group)] ??= [])[Number(filter)] ??= {
        field: "",
        condition: "eq",
        value: "",
      });
      if (field === "field") one.field = value;
      if (field === "condition_type" || field === "conditionType") one.condition = value;
      if (field === "value") one.value = value;
    }
  }
  return criteria;
}

/** What shops do to pages. */
export interface PageLimits {
  /** More than so many are refused; `null`: none are. */
  refusesOver: number | null;
  /** No more than so many are given, without a word. */
  givesAtMost: number | null;
  /** What lists say that they have, whatever they have. */
  counts?: number | null;
}

/**
 * A list as the interface gives it. A page past the end has the last page's entries again; only `total_count` tells. `show`
 * makes an entry's form, and may throw.
 */
export function listAnswer<Row>(
  rows: readonly Row[],
  {
    query,
    plain,
    show,
    limits,
    isHidden = () => false,
  }: {
    query: URLSearchParams;
    plain: (row: Row) => Json;
    show: (row: Row) => Json;
    limits: PageLimits;
    isHidden?: (row: Row) => boolean;
  },
): StandAnswer {
  const criteria = criteriaOf(query);
  const asked = criteria.pageSize ?? Infinity;
  if (limits.refusesOver !== null && asked > limits.refusesOver) {
    return {
      status: 400,
      body: { message: "Maximum SearchCriteria pageSize is %1", parameters: [limits.refusesOver] },
    };
  }
  const size = Math.min(asked, limits.givesAtMost ?? Infinity, Math.max(rows.length, 1));
  const found = rows
    .map((row) => ({ row, said: plain(row) }))
    .filter(({ said }) => criteria.groups.every((group) => group.some((filter) => holds(said, filter))));
  found.sort((a, b) => {
    for (const { field, direction } of criteria.sort) {
      const way = compare(a.said[field], b.said[field]) * (direction === "ASC" ? 1 : -1);
      if (way !== 0) return way;
    }
    return 0;
  });
  const pages = Math.max(1, Math.ceil(found.length / size));
  const page = Math.min(Math.max(criteria.currentPage, 1), pages);
  const shown = found.slice((page - 1) * size, page * size).filter(({ row }) => !isHidden(row));
  const items = shown.map(({ row }) => show(row));
  const body = { items, search_criteria: {}, total_count: limits.counts ?? found.length };
  const fields = query.get("fields");
  return { status: 200, body: fields === null ? body : picked(body, fieldsOf(fields)) };
}

function holds(said: Json, { field, condition, value }: { field: string; condition: string; value: string }): boolean {
  if (!(field in said)) throw new Refusal(`Column not found: ${field}`);
  const has = said[field];
  switch (condition) {
    case "eq":
      return compare(has, value) === 0;
    case "gteq":
      return compare(has, value) >= 0;
    case "gt":
      return compare(has, value) > 0;
    case "in":
      return value.split(",").some((one) => compare(has, one) === 0);
    default:
      throw new Refusal(`Unknown condition: ${condition}`);
  }
}

/** As the database compares: numbers as such, texts without regard to case. */
function compare(a: unknown, b: unknown): number {
  if (typeof a === "number") return a - Number(b);
  const [one = "", other = ""] = [a, b].map((value) => (typeof value === "string" ? value.toLowerCase() : ""));
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Fields by name, each with those within it; `null`: all of it. */
type Fields = Map<string, Fields | null>;

/** Reads `items[id,payment[method]],total_count`. */
export function fieldsOf(text: string): Fields {
  let at = 0;
  const read = (): Fields => {
    const fields: Fields = new Map();
    for (;;) {
      const name = /^[^,[\]]*/.exec(text.slice(at))?.[0] ?? "";
      at += name.length;
      let inner: Fields | null = null;
      if (text[at] === "[") {
        at += 1;
        inner = read();
      }
      if (name !== "") fields.set(name, inner);
      const next = text[at];
      at += 1;
      if (next !== ",") return fields;
    }
  };
  return read();
}

/** What the fields leave of an answer. */
export function picked(value: unknown, fields: Fields): unknown {
  if (Array.isArray(value)) return value.map((entry) => picked(entry, fields));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => fields.has(name))
      .map(([name, inner]) => {
        const within = fields.get(name);
        return [name, within == null ? inner : picked(inner, within)];
      }),
  );
}
