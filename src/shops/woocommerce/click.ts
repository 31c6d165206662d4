import { textOf } from "../fields.ts";
import { type Meta, metaValue } from "./fields.ts";

/** Longer ones are no click tokens. */
const MAX_TOKEN = 512;

/** The page by which the visit began, with its query, as WooCommerce's own order attribution keeps it (8.5 and later). */
const SESSION_ENTRY = "_wc_order_attribution_session_entry";

/**
 * The click that an order names: from what a plugin or a snippet of the shop wrote to the order, else from the query of the
 * page by which the visit began. It is as it came, and may be anything.
 */
export function clickOf(meta: readonly Meta[], clickParam: string): string | null {
  const written = ["_wm_click", "wm_click", clickParam, `_${clickParam}`]
    .map((key) => tokenOf(metaValue(meta, key)))
    .find((token) => token !== null);
  return written ?? tokenOf(ofEntry(metaValue(meta, SESSION_ENTRY), clickParam));
}

function tokenOf(value: unknown): string | null {
  const token = textOf(value);
  return token !== null && token.length <= MAX_TOKEN ? token : null;
}

function ofEntry(entry: unknown, clickParam: string): string | null {
  if (typeof entry !== "string") return null;
  // Some plugins keep it as HTML.
  const [, query = ""] = entry.replaceAll(/&(?:amp|#0?38);/g, "&").split("?", 2);
  return new URLSearchParams(query.split("#", 1)[0]).get(clickParam);
}
