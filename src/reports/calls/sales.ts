import { MOST_OF_ANY } from "../../ground/money/bound.ts";

/** SQL condition that an order `o` counts as sold: a server confirmed it, and it is neither a test nor taken back. */
export const IS_SOLD = "o.trust = 'confirmed' AND o.status NOT IN ('declined', 'test')";

/** SQL: what an order `o` came to, less what was given back, minor units of {@link CURRENCY}. */
export const NET = `(min(coalesce(o.total_minor, 0), ${MOST_OF_ANY}) - min(coalesce(o.refunded_minor, 0), ${MOST_OF_ANY}))`;

/** SQL: the currency of an order `o` of a store `st`. */
export const CURRENCY = "coalesce(o.currency, st.currency)";

/** SQL condition that what a row of deals says stands: it is the last word of its call on the order, and doesn't take it back. */
export const stands = (deal: string): string => `(${deal}.cancelled = 0 AND NOT EXISTS (SELECT 1 FROM call_deals n
    WHERE n.call_id = ${deal}.call_id AND n.order_external_id = ${deal}.order_external_id AND n.seq > ${deal}.seq))`;

/** SQL: the first word of a row's call on its order. */
const firstWord = (deal: string): string => `(SELECT min(n.seq) FROM call_deals n
    WHERE n.call_id = ${deal}.call_id AND n.order_external_id = ${deal}.order_external_id)`;

/**
 * SQL condition that the deal `d` of a call stands, and is the first of those that name its order: an order that several
 * calls are named by is counted for one of them, whatever is said later of its amount.
 */
export const IS_FIRST_DEAL = `${stands("d")} AND NOT EXISTS (SELECT 1 FROM call_deals x WHERE x.store_id = d.store_id
    AND x.order_external_id = d.order_external_id AND x.call_id <> d.call_id AND ${stands("x")}
    AND ${firstWord("x")} < ${firstWord("d")})`;
