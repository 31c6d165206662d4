import { type ShopAnswer, ShopFailure } from "../platform.ts";
import { lineText, recordOf, textOf } from "../fields.ts";

/** The setting without which a token alone is none. It is off since Magento 2.4.4. */
export const BEARER_SETTING =
  "“Allow OAuth Access Tokens to be used as standalone Bearer tokens” (Stores → Configuration → Services → OAuth → Consumer Settings)";

/** Where integrations are made and given their rights. */
export const INTEGRATIONS = "System → Extensions → Integrations";

/** What is missing if the interface doesn't answer where it should. */
const NO_INTERFACE =
  "Magento's REST API isn't at this address: is it the shop's base URL, without /rest and with /index.php where the shop has that?";

/** How long to wait where the host doesn't say, ms. */
const WAIT_MS = 2_000;

/** Too many calls (RFC 6585), as hosts and their firewalls say it. */
const TOO_MANY = 429;

/** Most of a shop's own words that is kept, that is read, and most of what it puts into them. */
const MAX_SAID = 200;
const MAX_MESSAGE = 2_000;
const MAX_PARAMETERS = 10;

/**
 * How long the host asks to wait, ms; `null`: it doesn't. Magento has no limit of its own. A shop in maintenance answers 503
 * without saying for how long: that is one that is down. `now` is ms UTC.
 */
export function slowDown(answer: ShopAnswer, now: number): number | null {
  if (answer.status !== TOO_MANY && !(answer.status === 503 && answer.headers.has("retry-after"))) return null;
  const after = answer.headers.get("retry-after") ?? "";
  if (/^\d{1,6}$/.test(after)) return Number(after) * 1000;
  const at = Date.parse(after);
  return Number.isNaN(at) ? WAIT_MS : Math.max(0, at - now);
}

/** The right that a refusal names, such as `Magento_Sales::actions_view`; `null`: it is about the credentials. */
export function missingRight({ status, body }: ShopAnswer): string | null {
  if (status !== 401 && status !== 403) return null;
  return lineText(recordOf(recordOf(body)?.["parameters"])?.["resources"]);
}

/** A token alone that the shop doesn't take: it says the same of one that it doesn't know, and of one it doesn't take so. */
export function bearerRefused(): ShopFailure {
  return new ShopFailure(
    "unauthorised",
    `The shop refuses the access token. Magento takes no token by itself unless ${BEARER_SETTING} is Yes: switch that on, or connect by OAuth with all four of the integration's credentials. Else the integration isn't active any more (${INTEGRATIONS}).`,
  );
}

/** A right that the integration lacks. */
export function lacksRight(right: string): ShopFailure {
  return new ShopFailure(
    "missing_scope",
    `The integration lacks the right ${right}: give it that (${INTEGRATIONS} → API), and save and authorise it anew.`,
  );
}

/** What an answer that is no success means; `byBearer`: how the call was authorised. */
export function failureOf(answer: ShopAnswer, byBearer: boolean): ShopFailure {
  const { status } = answer;
  const said = saidOf(answer);
  if (/same code already exists/i.test(said)) {
    return new ShopFailure("taken", "Another coupon of the shop has this code.");
  }
  // A coupon of a rule that is gone is refused by 400.
  if (status === 400 && /no such entity/i.test(said)) return new ShopFailure("not_found", said);
  if (status === 404) {
    return isOfMagento(answer)
      ? new ShopFailure("not_found", `The shop has no such thing: ${said}`)
      : new ShopFailure("missing_setting", NO_INTERFACE);
  }
  const right = missingRight(answer);
  if (right !== null) return byBearer ? bearerRefused() : lacksRight(right);
  if (status === 401) {
    return byBearer
      ? bearerRefused()
      : new ShopFailure(
          "unauthorised",
          `The shop refuses the integration's credentials: ${said} Copy all four anew (${INTEGRATIONS}); is the address the very one that the shop answers at, with its http or https?`,
        );
  }
  if (status === TOO_MANY) {
    return new ShopFailure("throttled", `The shop's host or its firewall holds calls back (HTTP ${status}).`);
  }
  if (status >= 500) return new ShopFailure("unavailable", `The shop answers HTTP ${status}.`);
  return new ShopFailure("refused", said);
}

/** Whether Magento itself says so, and not the host's own page. Of a route that it doesn't have, it says that, too. */
function isOfMagento({ body }: ShopAnswer): boolean {
  const said = textOf(recordOf(body)?.["message"]);
  return said !== null && !/Request does not match any route/i.test(said);
}

/** The shop's own words, in short, with what it puts into them, and without tags. */
export function saidOf(answer: ShopAnswer): string {
  const body = recordOf(answer.body);
  const parameters = Object.entries(recordOf(body?.["parameters"]) ?? {});
  const listed = Array.isArray(body?.["parameters"])
    ? body["parameters"].map((value, at) => [String(at + 1), value])
    : [];
  // Each bounded, for what is put in many times over may be long.
  const filled = [...parameters, ...(listed as [string, unknown][])]
    .slice(0, MAX_PARAMETERS)
    .reduce(
      (text, [name, value]) =>
        typeof value === "string" || typeof value === "number"
          ? text.replaceAll(`%${name}`, () => String(value).slice(0, MAX_SAID)).slice(0, MAX_MESSAGE)
          : text,
      (textOf(body?.["message"]) ?? "").slice(0, MAX_MESSAGE),
    );
  const said = filled.replaceAll(/(?:<[^>]*>|\s)+/g, " ").trim();
  const text = said === "" ? `HTTP ${answer.status}` : said.slice(0, MAX_SAID);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
