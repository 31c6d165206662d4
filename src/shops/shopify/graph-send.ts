import { type ShopAccess, type ShopAnswer, ShopFailure, type ShopHttp } from "../platform.ts";
import { at, isRecord, listOf, textOf } from "./json.ts";
import { API_VERSION } from "./queries.ts";

/** How long before its end a token is renewed, ms: none may end on its way. */
const RENEW_BEFORE_MS = 600_000;

/** How long to wait where the shop asks for time and doesn't say how much, ms: its limits are by the second. */
const WAIT_MS = 2_000;

/** The least that a wait for the bucket of costs is, ms. */
const LEAST_WAIT_MS = 200;

/** Most of a shop's own words that is told on. */
const MAX_WORDS = 300;

/** An answer of GraphQL: data, errors, or some of both. */
export interface GraphAnswer {
  data: unknown;
  errors: { code: string | null; message: string }[];
  /** The version that it was answered in, by its own word. */
  version: string | null;
}

/** Shopify's Admin API of one shop. Everything throws a `ShopFailure`. */
export class ShopifyGraph {
  readonly #access: ShopAccess;
  readonly #http: ShopHttp;
  readonly version: string;

  constructor(access: ShopAccess, http: ShopHttp) {
    this.#access = access;
    this.#http = http;
    this.version = access.apiVersion ?? API_VERSION;
  }

  /**
   * Asks, and gives the data. Fields that the app may not see, such as shoppers' addresses without Shopify's leave for
   * protected data, are `null` in it; whatever else is wrong is a failure. `idempotent`: whether it may be done twice.
   */
  async ask(document: string, variables: Record<string, unknown> = {}, idempotent = true): Promise<unknown> {
    const { data, errors } = await this.answer(document, variables, idempotent);
    const failure = failureOf(errors, data);
    if (failure !== null) throw failure;
    return data;
  }

  /** The same with what is wrong. */
  async answer(document: string, variables: Record<string, unknown> = {}, idempotent = true): Promise<GraphAnswer> {
    let token = await this.#token(null);
    let answer = await this.#post(token, document, variables, idempotent);
    if (answer.status === 401 && this.#renews()) {
      token = await this.#token(token);
      answer = await this.#post(token, document, variables, idempotent);
    }
    return this.#read(answer);
  }

  #post(token: string, query: string, variables: Record<string, unknown>, idempotent: boolean): Promise<ShopAnswer> {
    return this.#http.call(this.#access.origin, {
      method: "POST",
      path: `/admin/api/${this.version}/graphql.json`,
      headers: { "x-shopify-access-token": token },
      body: { query, variables },
      idempotent,
      slowDown,
    });
  }

  #read(answer: ShopAnswer): GraphAnswer {
    if (answer.status !== 200) throw this.#refusal(answer);
    if (!isRecord(answer.body) || (answer.body["data"] === undefined && answer.body["errors"] === undefined)) {
      throw new ShopFailure("unreadable", "The shop's answer is no GraphQL.");
    }
    const errors = answer.body["errors"];
    // Of a request that gets no further than the door it is one text.
    const list = typeof errors === "string" ? [{ message: errors }] : listOf(errors);
    return {
      data: answer.body["data"] ?? null,
      errors: list.map((error) => ({
        code: textOf(at(error, "extensions", "code")),
        message: (textOf(at(error, "message")) ?? "no reason").slice(0, MAX_WORDS),
      })),
      version: textOf(answer.headers.get("x-shopify-api-version")),
    };
  }

  #refusal({ status, body }: ShopAnswer): ShopFailure {
    const { account } = this.#access;
    const errors: unknown = at(body, "errors");
    const words = (textOf(errors) ?? "").slice(0, MAX_WORDS);
    switch (status) {
      case 401:
        return new ShopFailure(
          "unauthorised",
          this.#renews()
            ? `${account} refuses the token that its client credentials just gave (HTTP 401): install the app in the shop again.`
            : `${account} refuses the access token (HTTP 401): it was revoked, or the app was uninstalled. Connect the shop with a new one.`,
        );
      case 402:
        return new ShopFailure("unavailable", `${account} is frozen until its bill with Shopify is paid (HTTP 402).`);
      case 403:
        return /scope|approv|permission/i.test(words)
          ? accessFailure(words)
          : new ShopFailure(
              "unauthorised",
              `${account} doesn't let the app in (HTTP 403): install it again. ${words}`.trim(),
            );
      case 404:
        return new ShopFailure("refused", `There is no shop at ${account}, or no version ${this.version} (HTTP 404).`);
      case 423:
        return new ShopFailure(
          "unavailable",
          `${account} is locked by Shopify (HTTP 423): its owner has to ask their support.`,
        );
      case 429:
        return new ShopFailure("throttled", `${account} asks for time (HTTP 429).`);
      default:
        return new ShopFailure(
          status >= 500 ? "unavailable" : "refused",
          `${account} answers HTTP ${status}. ${words}`.trim(),
        );
    }
  }

  /** Whether tokens are got by the app's client credentials. */
  #renews(): boolean {
    const { accessToken, clientId, clientSecret } = this.#access.secrets;
    return accessToken === undefined && clientId !== undefined && clientSecret !== undefined;
  }

  /** The token to call with. `refused`: the one that was just refused, `null`: none was. */
  async #token(refused: string | null): Promise<string> {
    const { accessToken } = this.#access.secrets;
    if (accessToken !== undefined) return accessToken;
    if (!this.#renews()) {
      throw new ShopFailure(
        "unauthorised",
        "The connection has neither an accessToken nor a clientId and clientSecret.",
      );
    }
    const kept = this.#http.token;
    const left = kept === null || kept.value === refused ? 0 : kept.expiresAt - this.#http.now();
    if (kept !== null && left > RENEW_BEFORE_MS) return kept.value;
    try {
      return await this.#renew();
    } catch (error) {
      // It can be renewed with the next call as well.
      if (kept !== null && left > 0 && error instanceof ShopFailure && error.passing) return kept.value;
      throw error;
    }
  }

  /** A new token, of 24 hours, by the client credentials grant (RFC 6749, section 4.4). */
  async #renew(): Promise<string> {
    const { clientId, clientSecret } = this.#access.secrets;
    const askedAt = this.#http.now();
    const { status, body } = await this.#http.call(this.#access.origin, {
      method: "POST",
      path: "/admin/oauth/access_token",
      headers: {},
      body: { client_id: clientId, client_secret: clientSecret, grant_type: "client_credentials" },
      idempotent: true,
      slowDown,
    });
    const [value, seconds] = [at(body, "access_token"), at(body, "expires_in")];
    if (status !== 200) throw this.#noToken(status, body);
    if (typeof value !== "string" || typeof seconds !== "number" || !(seconds > 0)) {
      throw new ShopFailure("unreadable", "The shop gave no token for the client credentials.");
    }
    await this.#http.keepToken(value, askedAt + Math.floor(seconds) * 1_000);
    return value;
  }

  #noToken(status: number, body: unknown): ShopFailure {
    const { account } = this.#access;
    if (status === 429 || status >= 500)
      return new ShopFailure("unavailable", `${account} gives no token now (HTTP ${status}).`);
    const error = textOf(at(body, "error")) ?? "";
    if (error === "shop_not_permitted") {
      return new ShopFailure(
        "unauthorised",
        `${account} is not of the app's organisation (shop_not_permitted), and client credentials work for its own shops alone: make the app in the Dev Dashboard of the organisation that the shop belongs to, or connect with an accessToken.`,
      );
    }
    const known = /^[a-z_]{1,60}$/.test(error) ? ` (${error})` : "";
    return new ShopFailure(
      "unauthorised",
      `${account} gives no token for the clientId and clientSecret${known}, HTTP ${status}: copy both from the app's settings in the Dev Dashboard, and install the app in the shop.`,
    );
  }
}

/** Where scopes are set. */
export const SCOPE_WAY =
  "Scopes are set in the Dev Dashboard, under the app's Versions; release the new version, and approve it in the shop.";

/** Where Shopify's leave is asked for to read what is of persons, which orders are. */
const PROTECTED_WAY =
  "Choose Protected customer data access in the Dev Dashboard, under the app's API access requests, and name what orders and customers are used for.";

/** What the app may not do, in the shop's words, with where that is set. */
export function accessFailure(words: string): ShopFailure {
  return /protected.customer.data/i.test(words)
    ? new ShopFailure("missing_setting", `The shop says: ${words} ${PROTECTED_WAY}`)
    : new ShopFailure("missing_scope", `The shop says: ${words} ${SCOPE_WAY}`);
}

/** How long the shop asks to wait, ms: by 429, or by 200 and `THROTTLED`, where the bucket of costs has too little. */
export function slowDown({ status, headers, body }: ShopAnswer): number | null {
  if (status === 429) {
    const seconds = headers.get("retry-after");
    return seconds !== null && /^\d+(?:\.\d+)?$/.test(seconds) ? Math.ceil(Number(seconds) * 1_000) : WAIT_MS;
  }
  const throttled =
    status === 200 && listOf(at(body, "errors")).some((error) => at(error, "extensions", "code") === "THROTTLED");
  if (!throttled) return null;
  const cost = (...names: string[]): number => Number(at(body, "extensions", "cost", ...names) ?? Number.NaN);
  const missing = cost("requestedQueryCost") - cost("throttleStatus", "currentlyAvailable");
  const waitMs = Math.ceil((missing / cost("throttleStatus", "restoreRate")) * 1_000);
  return Number.isFinite(waitMs) ? Math.max(waitMs, LEAST_WAIT_MS) : WAIT_MS;
}

/** What errors come to; `null`: some fields are missing from the data, and nothing else. */
export function failureOf(errors: GraphAnswer["errors"], data: unknown): ShopFailure | null {
  if (errors.length === 0)
    return data === null ? new ShopFailure("unreadable", "The shop's answer has no data.") : null;
  const has = (code: string): boolean => errors.some((error) => error.code === code);
  const words = errors
    .map(({ message }) => message)
    .join(" ")
    .slice(0, MAX_WORDS);
  if (errors.every(({ code }) => code === "ACCESS_DENIED")) {
    const isPartial = isRecord(data) && Object.values(data).every((value) => value !== null);
    return isPartial ? null : accessFailure(words);
  }
  if (has("THROTTLED")) return new ShopFailure("throttled", "The shop asks for time (THROTTLED).");
  if (has("INTERNAL_SERVER_ERROR") || has("TIMEOUT")) return new ShopFailure("unavailable", `The shop says: ${words}`);
  return new ShopFailure("refused", `The shop says: ${words}`);
}

/** What a mutation's `userErrors` say, with the fields that are at fault; `null`: nothing. */
export function userErrorsOf(payload: unknown): { codes: string[]; fields: string[]; words: string } | null {
  const errors = listOf(at(payload, "userErrors"));
  if (errors.length === 0) return null;
  const fields = errors.map((error) => listOf(at(error, "field")).join("."));
  return {
    codes: errors.map((error) => textOf(at(error, "code")) ?? ""),
    fields,
    words: errors
      .map(
        (error, index) =>
          `${fields[index] === "" ? "" : `${fields[index]}: `}${textOf(at(error, "message")) ?? "refused"}`,
      )
      .join("; ")
      .slice(0, MAX_WORDS),
  };
}
