import { type ShopAnswer, ShopFailure } from "../platform.ts";
import { recordOf, textOf } from "../fields.ts";

/** Where a key is made and given its rights. */
const KEYS = "WooCommerce → Settings → Advanced → REST API";

/** What a key may not do: its own rights. */
export const READ_ONLY = `The key may only read: give it the permission Read/Write (${KEYS}).`;

/** What is missing if the interface doesn't answer where it should. */
const NO_INTERFACE =
  "WooCommerce's REST API isn't at this address: is WooCommerce active, the address that of the shop, and the permalinks " +
  "anything but Plain (Settings → Permalinks)?";

/** How long to wait where the host doesn't say, ms. */
const WAIT_MS = 2_000;

/** What hosts and their firewalls answer to too many calls. */
const SLOW_DOWN: ReadonlySet<number> = new Set([403, 429, 503]);

/** WordPress's own word for an error; `null`: the answer is somebody else's, such as a firewall's page. */
export function errorCode({ body }: ShopAnswer): string | null {
  return textOf(recordOf(body)?.["code"]);
}

/**
 * How long the host asks to wait, ms; `null`: it doesn't. WooCommerce has no limit itself. Hosts say 429 or 503, and
 * firewalls 403, by which WooCommerce itself says that a user may not do something, with a code. `now` is ms UTC.
 */
export function slowDown(answer: ShopAnswer, now: number): number | null {
  if (!SLOW_DOWN.has(answer.status) || (answer.status === 403 && errorCode(answer) !== null)) return null;
  const after = answer.headers.get("retry-after") ?? "";
  if (/^\d{1,6}$/.test(after)) return Number(after) * 1000;
  const at = Date.parse(after);
  return Number.isNaN(at) ? WAIT_MS : Math.max(0, at - now);
}

/** Whether the shop has seen the keys and refuses them, or what they are used for: there is no use in sending them again. */
export function knowsKeys(answer: ShopAnswer): boolean {
  return errorCode(answer) === "woocommerce_rest_authentication_error";
}

/** What an answer that is no success means. */
export function failureOf(answer: ShopAnswer): ShopFailure {
  const code = errorCode(answer);
  const { status } = answer;
  if (code === "woocommerce_rest_coupon_code_already_exists") {
    return new ShopFailure("taken", "Another coupon of the shop has this code.");
  }
  if (code === "rest_no_route" || (status === 404 && code === null)) {
    return new ShopFailure("missing_setting", NO_INTERFACE);
  }
  // A change says 400 of what is gone, and a question 404.
  if (status === 404 || code?.endsWith("_invalid_id") === true) {
    return new ShopFailure("not_found", `The shop has no such thing (${code}).`);
  }
  if (status === 401) {
    return new ShopFailure("unauthorised", `The shop refuses the keys: ${saidOf(answer)} Make new ones in ${KEYS}.`);
  }
  if (status === 403 && code !== null) {
    return new ShopFailure(
      "missing_scope",
      `The user of the key may not do this: ${saidOf(answer)} It needs the role Shop manager or Administrator.`,
    );
  }
  if (SLOW_DOWN.has(status)) {
    return new ShopFailure("throttled", `The shop's host or its firewall holds calls back (HTTP ${status}).`);
  }
  if (status >= 500) return new ShopFailure("unavailable", `The shop answers HTTP ${status}.`);
  return new ShopFailure("refused", `${saidOf(answer)} (${code ?? `HTTP ${status}`})`);
}

/** The shop's own words, in short and without tags. */
function saidOf(answer: ShopAnswer): string {
  const said =
    textOf(recordOf(answer.body)?.["message"])
      ?.replaceAll(/(?:<[^>]*>|\s)+/g, " ")
      .trim() ?? "";
  const text = said === "" ? `HTTP ${answer.status}` : said.slice(0, 200);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
