import { percentEncoded } from "./oauth.ts";

/** A filter of a list: all of them have to hold. */
export type Filter = readonly [field: string, condition: "eq" | "gteq" | "gt" | "in", value: string];

/** What is asked of a list. */
export interface Criteria {
  filters: readonly Filter[];
  /** An entry that is in as well, whatever the filters say. */
  or?: Filter;
  /** The first sorts first, all of them upwards. */
  sort: readonly string[];
  /** Fields of each entry, as Magento's `fields` has them: only these come. */
  fields: string;
}

/** Entries of a page, and which page: the first is 1. */
export interface Page {
  size: number;
  number: number;
}

/** A query as Magento reads it: one that isn't encoded as RFC 3986 says is signed as another (a blank as `+`). */
export function criteriaQuery({ filters, or, sort, fields }: Criteria, page: Page): string {
  const pairs: [string, string][] = [
    // Groups have to hold all, and of each one of its filters.
    ...filters.flatMap((filter, group) =>
      [filter, ...(or === undefined ? [] : [or])].flatMap(([field, condition, value], at): [string, string][] => {
        const name = `searchCriteria[filter_groups][${group}][filters][${at}]`;
        return [
          [`${name}[field]`, field],
          [`${name}[condition_type]`, condition],
          [`${name}[value]`, value],
        ];
      }),
    ),
    ...sort.flatMap((field, at): [string, string][] => [
      [`searchCriteria[sortOrders][${at}][field]`, field],
      [`searchCriteria[sortOrders][${at}][direction]`, "ASC"],
    ]),
    ["searchCriteria[pageSize]", String(page.size)],
    ["searchCriteria[currentPage]", String(page.number)],
    ["fields", `items[${fields}],total_count`],
  ];
  return pairs.map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`).join("&");
}

/** Whether an entry is in by a filter. */
export function holds([field, condition, value]: Filter, entry: Readonly<Record<string, unknown>>): boolean {
  const said = entry[field];
  const has = typeof said === "number" ? String(said) : typeof said === "string" ? said : "";
  const order =
    /^\d+$/.test(has) && /^\d+$/.test(value) ? Number(has) - Number(value) : has < value ? -1 : Number(has > value);
  switch (condition) {
    case "eq":
      return order === 0;
    case "gteq":
      return order >= 0;
    case "gt":
      return order > 0;
    case "in":
      return value.split(",").includes(has);
  }
}
