import { creatorName } from "../../ground/db/names.ts";
import { campaignOfStore, creatorOfStore } from "../../ground/db/of-store.ts";
import type { Scope } from "../../ground/http/auth.ts";
import type { IdKind } from "../../ground/id.ts";
import type { Bindings } from "../report/bindings.ts";
import { LEAST_PART, type Wanted } from "./read-query.ts";

/** What can be found, in the order in which equals are shown. */
export const FOUND_KINDS = ["store", "campaign", "plan", "creator", "code", "link", "order", "number"] as const;

/** One of {@link FOUND_KINDS}. */
export type FoundKind = (typeof FOUND_KINDS)[number];

/** What is told of a kind, as SQL of a row `n`, and how it is looked for. */
export interface FoundSql {
  idKind: IdKind;
  /** What whoever looks for it must be allowed to read. */
  scope: Scope;
  table: string;
  /** SQL condition on rows that are there to be found. */
  live: string;
  name: string;
  detail: string;
  store: string;
  /** SQL condition that a row is of a store (SQL). */
  ofStore: (store: string) => string;
  /** How it is looked for by a text: queries of rows, see {@link Looked}. */
  looks: (wanted: Wanted, bindings: Bindings, ofStore: string) => Looked[];
}

/** One way to look for a kind. */
export interface Looked {
  /** SQL of where rows `n` are, if not in the table as a whole. */
  from?: string;
  /** SQL condition on them. */
  where?: string;
  /** SQL of how well a row fits: the least is shown. */
  fits: string[];
}

/** How well something else fits: what is looked for is its beginning, or within it; or it doesn't. */
const [BEGINNING, WITHIN, NOT] = [1, 2, 9];

/** How well something fits of which what is looked for is a whole name. */
export const WHOLE = 0;

/** Rows that fit as well as this, or better, are found. */
export const WORST_FIT = WITHIN;

/** Links whose destinations are looked through, the newest: each has to be read. */
const MOST_DESTINATIONS = 20_000;

/** Orders that are found by a part of what they are called: enough that the best are among them. */
const MOST_ORDERS = 200;

/** SQL: how well a column has a text (SQL of each). A–Z fit a–z. */
function fitOf(column: string, text: string): string {
  return `CASE coalesce(instr(lower(${column}), lower(${text})), 0) WHEN 0 THEN ${NOT}
    WHEN 1 THEN iif(length(${column}) = length(${text}), ${WHOLE}, ${BEGINNING}) ELSE ${WITHIN} END`;
}

/** SQL: the same of a creator's handles. Their JSON has networks, too: it is taken apart only where it may fit. */
function handleFit(text: string): string {
  return `iif(instr(lower(n.handles), lower(${text})) = 0, ${NOT},
    coalesce((SELECT min(${fitOf("h.value", text)}) FROM json_each(n.handles) h), ${NOT}))`;
}

/** SQL: that a column has one of the values. */
const isAny = (column: string, values: readonly string[]): string => `${column} IN (${values.join(", ")})`;

const byStoreId = (store: string): string => `n.store_id = ${store}`;

/**
 * SQL of what an order is called, where it has that, and the index that has all of it: far less to read than the orders.
 * The condition is what tells SQLite that the second holds all that is looked for.
 */
const ORDER_NAMES = [
  { name: "n.external_id", has: "TRUE", index: "orders_external" },
  { name: "n.order_number", has: "n.order_number IS NOT NULL", index: "orders_number" },
] as const;

/** How each kind is looked for. */
export const FOUND: Readonly<Record<FoundKind, FoundSql>> = {
  store: {
    idKind: "store",
    scope: "settings:read",
    table: "stores",
    live: "n.deleted_at IS NULL",
    name: "n.name",
    detail: "n.provider",
    store: "n.id",
    ofStore: (store) => `n.id = ${store}`,
    looks: ({ text }, bindings) => {
      const q = bindings.add(text);
      return [{ fits: [fitOf("n.name", q), fitOf("n.key", q)] }];
    },
  },
  campaign: {
    idKind: "campaign",
    scope: "plans:read",
    table: "campaigns",
    live: "n.deleted_at IS NULL",
    name: "n.name",
    detail: "n.status",
    store: "(SELECT p.store_id FROM tracking_plans p WHERE p.id = n.plan_id)",
    ofStore: (store) => campaignOfStore("n", store),
    looks: ({ text }, bindings) => [{ fits: [fitOf("n.name", bindings.add(text))] }],
  },
  plan: {
    idKind: "plan",
    scope: "plans:read",
    table: "tracking_plans",
    live: "n.deleted_at IS NULL",
    name: "n.name",
    detail: "(SELECT s.name FROM stores s WHERE s.id = n.store_id)",
    store: "n.store_id",
    ofStore: byStoreId,
    looks: ({ text }, bindings) => [{ fits: [fitOf("n.name", bindings.add(text))] }],
  },
  creator: {
    idKind: "creator",
    scope: "plans:read",
    table: "creators",
    live: "n.deleted_at IS NULL",
    name: creatorName("n"),
    detail: "coalesce(n.email, (SELECT '@' || h.value FROM json_each(n.handles) h LIMIT 1), n.external_id, '')",
    store: "NULL",
    ofStore: (store) => creatorOfStore("n.id", store),
    looks: ({ text, bare }, bindings) => {
      const q = bindings.add(text);
      const columns = ["n.first_name || ' ' || n.last_name", "n.last_name", "n.email", "n.external_id"];
      const fits = columns.map((column) => fitOf(column, q));
      return [{ fits: bare === "" ? fits : [...fits, handleFit(bindings.add(bare))] }];
    },
  },
  code: {
    idKind: "code",
    scope: "plans:read",
    table: "codes",
    live: "TRUE",
    name: "n.text",
    detail: `(SELECT ${creatorName("x")} FROM creators x WHERE x.id = n.creator_id)`,
    store: "n.store_id",
    ofStore: byStoreId,
    // Texts that a code had before are its own still.
    looks: ({ text }, bindings) => [
      { from: "code_texts t CROSS JOIN codes n ON n.id = t.code_id", fits: [fitOf("t.text_key", bindings.add(text))] },
    ],
  },
  link: {
    idKind: "link",
    scope: "links:read",
    table: "links",
    live: "n.deleted_at IS NULL",
    name: "n.slug",
    detail: "n.url",
    store: "n.store_id",
    ofStore: byStoreId,
    looks: ({ address: { host, slug }, url }, bindings) => {
      const key = bindings.add(slug);
      const bySlug: Looked[] =
        host === null
          ? [{ fits: [fitOf("n.slug_key", key)] }]
          : [
              {
                where: `${isAny("n.domain", ["''", bindings.add(host)])} AND ${isAny("n.slug_key", [key, `lower(${key})`])}`,
                fits: [String(WHOLE)],
              },
            ];
      if (url === null) return bySlug;
      const newest = `(SELECT * FROM links ORDER BY id DESC LIMIT ${MOST_DESTINATIONS}) n`;
      const destination = "substr(n.url, instr(n.url, '://') + 3)";
      return [...bySlug, { from: newest, fits: [fitOf(destination, bindings.add(url))] }];
    },
  },
  order: {
    idKind: "order",
    scope: "orders:read",
    table: "orders",
    live: "TRUE",
    name: "coalesce(n.order_number, n.external_id)",
    detail: "n.status",
    store: "n.store_id",
    ofStore: byStoreId,
    looks: ({ text, bare }, bindings, ofStore) => {
      const spellings = [bindings.add(text), bindings.add(bare), bindings.add(`#${bare}`)];
      const wholes = ORDER_NAMES.map(({ name, has }): Looked => ({
        from: "stores s CROSS JOIN orders n ON n.store_id = s.id",
        where: `${has} AND ${isAny(name, spellings)}`,
        fits: [String(WHOLE)],
      }));
      if (bare.length < LEAST_PART) return wholes;
      const q = bindings.add(bare);
      const isText = /[a-z]/i.test(bare);
      const parts = ORDER_NAMES.map(({ name, has, index }): Looked => {
        // Most are numbers, for which small letters would be half of the work.
        const part = isText ? `instr(lower(${name}), lower(${q})) > 0` : `instr(${name}, ${q}) > 0`;
        const found = `SELECT n.rowid FROM orders n INDEXED BY ${index} WHERE ${has} AND ${ofStore} AND ${part} LIMIT ${MOST_ORDERS}`;
        return { where: `n.rowid IN (${found})`, fits: [fitOf(`ltrim(${name}, '#')`, q)] };
      });
      return [...wholes, ...parts];
    },
  },
  number: {
    idKind: "phoneNumber",
    scope: "plans:read",
    table: "phone_numbers",
    live: "n.deleted_at IS NULL",
    name: "n.number",
    detail: "n.label",
    store: "n.store_id",
    ofStore: byStoreId,
    looks: ({ text, phone }, bindings) => {
      const byLabel = fitOf("n.label", bindings.add(text));
      return [{ fits: phone === null ? [byLabel] : [byLabel, fitOf("n.number", bindings.add(phone))] }];
    },
  },
};
