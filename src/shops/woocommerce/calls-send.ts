import { type ShopAccess, type ShopAnswer, type ShopCall, ShopFailure, type ShopHttp } from "../platform.ts";
import { failureOf, knowsKeys, READ_ONLY, slowDown } from "./failure.ts";

/** Where WooCommerce's interface is. */
const BASE = "/wp-json/wc/v3";

/** What a call says beyond its path. */
export interface Said {
  query?: Readonly<Record<string, string>>;
  body?: unknown;
  /** Whether it may be done twice; all but `POST` may, if it isn't said. */
  idempotent?: boolean;
}

/** Calls to one shop. */
export interface Calls {
  /** The answer of a call that succeeded. Everything else throws a {@link ShopFailure}. */
  call: (method: ShopCall["method"], path: string, said?: Said) => Promise<ShopAnswer>;
  /** The same as a list, for `GET`. */
  list: (path: string, query: Readonly<Record<string, string>>) => Promise<{ rows: unknown[]; total: number | null }>;
}

/**
 * Calls by Basic authentication, and where a host takes the header away, by the keys in the query: that is tried within the
 * call, and kept up for as long as the shop is open.
 */
export function callsTo({ origin, secrets }: ShopAccess, http: ShopHttp): Calls {
  const keys = { consumer_key: secrets["consumerKey"] ?? "", consumer_secret: secrets["consumerSecret"] ?? "" };
  const authorization = `Basic ${btoa(`${keys.consumer_key}:${keys.consumer_secret}`)}`;
  let byQuery = false;

  const once = (method: ShopCall["method"], path: string, said: Said): Promise<ShopAnswer> => {
    const query = new URLSearchParams({ ...said.query, ...(byQuery && keys) }).toString();
    return http.call(origin, {
      method,
      path: `${BASE}${path}${query === "" ? "" : `?${query}`}`,
      headers: byQuery ? {} : { authorization },
      ...(said.body !== undefined && { body: said.body }),
      idempotent: said.idempotent ?? method !== "POST",
      slowDown: (answer) => slowDown(answer, http.now()),
    });
  };

  const authorised = async (method: ShopCall["method"], path: string, said: Said): Promise<ShopAnswer> => {
    const answer = await once(method, path, said);
    if (answer.status !== 401 || byQuery || knowsKeys(answer)) return answer;
    byQuery = true;
    const again = await once(method, path, said);
    byQuery = again.status !== 401 || knowsKeys(again);
    return again;
  };

  const call: Calls["call"] = async (method, path, said = {}) => {
    const answer = await authorised(method, path, said);
    if (answer.status >= 200 && answer.status < 300) {
      if (typeof answer.body === "object" && answer.body !== null) return answer;
      throw new ShopFailure("unreadable", "The shop's answer is no JSON: does a plugin or a cache write into it?");
    }
    // A key that may only read is refused by the same code as a wrong one.
    if (answer.status === 401 && knowsKeys(answer) && method !== "GET" && (await mayRead())) {
      throw new ShopFailure("missing_scope", READ_ONLY);
    }
    throw failureOf(answer);
  };

  const mayRead = async (): Promise<boolean> => {
    const answer = await authorised("GET", "/orders", { query: { per_page: "1", _fields: "id" } });
    return answer.status === 200;
  };

  return {
    call,
    list: async (path, query) => {
      const { body, headers } = await call("GET", path, { query });
      if (!Array.isArray(body)) throw new ShopFailure("unreadable", `The shop's answer is no list: ${path}`);
      const total = headers.get("x-wp-total") ?? "";
      return { rows: body as unknown[], total: /^\d{1,12}$/.test(total) ? Number(total) : null };
    },
  };
}
