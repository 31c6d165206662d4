import { recordOf, textOf } from "../fields.ts";
import { type ShopAnswer, ShopFailure } from "../platform.ts";

/** Where an API account is made and given its scopes. */
const ACCOUNTS = "Settings → Store-level API accounts";

/** How long to wait where BigCommerce doesn't say, ms. */
const WAIT_MS = 2_000;

/**
 * How long BigCommerce asks to wait, ms; `null`: it doesn't. A store's quota is shared by all of its apps and comes back
 * at the end of a window of 30 s; when that is stands in a header of its own, and `Retry-After` isn't said.
 */
export function slowDown({ status, headers }: ShopAnswer): number | null {
  if (status !== 429) return null;
  const reset = headers.get("x-rate-limit-time-reset-ms") ?? "";
  return /^\d{1,8}$/.test(reset) ? Number(reset) : WAIT_MS;
}

/** What an answer that is no success means. */
export function failureOf(answer: ShopAnswer, scope: string): ShopFailure {
  const { status } = answer;
  switch (status) {
    case 401:
      return new ShopFailure(
        "unauthorised",
        `BigCommerce refuses the access token: is it of this store, and its API account still there (${ACCOUNTS})?`,
      );
    case 403:
      return new ShopFailure(
        "missing_scope",
        `The API account lacks the scope ${scope}: make one with it (${ACCOUNTS}).`,
      );
    case 404:
      return new ShopFailure("not_found", "The store has no such thing (HTTP 404).");
    case 429:
      return new ShopFailure("throttled", "The store's quota of calls is used up.");
    default:
      if (status >= 500) return new ShopFailure("unavailable", `BigCommerce answers HTTP ${status}.`);
      return new ShopFailure("refused", `${saidOf(answer)} (HTTP ${status})`);
  }
}

/** BigCommerce's own words, in short: of v3 a title with errors by field, of v2 a list of messages. */
function saidOf({ body, status }: ShopAnswer): string {
  const first: unknown = Array.isArray(body) ? body[0] : body;
  const said = recordOf(first);
  const fields = Object.entries(recordOf(said?.["errors"]) ?? {}).flatMap(([field, words]) => {
    const text = textOf(words);
    return text === null ? [] : [`${field}: ${text}`];
  });
  const words = textOf(said?.["title"]) ?? textOf(said?.["message"]) ?? `HTTP ${status}`;
  const text = [words, ...fields].join("; ").replaceAll(/\s+/g, " ").slice(0, 200);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
