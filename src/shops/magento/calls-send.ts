import { type ShopAccess, type ShopAnswer, type ShopCall, ShopFailure, type ShopHttp } from "../platform.ts";
import { type Criteria, criteriaQuery, type Page } from "./criteria.ts";
import { bearerRefused, failureOf, lacksRight, missingRight, slowDown } from "./failure.ts";
import { recordOf } from "../fields.ts";
import { oauthHeader } from "./oauth.ts";

/** Where Magento's interface is. */
const BASE = "/rest/V1";

/** A call that every integration which is any good may make, to tell a token from a right. */
const PROBES = ["/orders", "/coupons/search"] as const;

/** What a call says beyond its path. */
export interface Said {
  query?: string;
  body?: unknown;
  /** Whether it may be done twice; all but `POST` may, if it isn't said. */
  idempotent?: boolean;
}

/** Calls to one shop. */
export interface Calls {
  /** The answer's body of a call that succeeded. Everything else throws a {@link ShopFailure}. */
  call: (method: ShopCall["method"], path: string, said?: Said) => Promise<unknown>;
  /** A page of a list; `total`: how many entries there are in all. `patient`: whether it is tried again where it fails. */
  list: (
    path: string,
    criteria: Criteria,
    page: Page,
    patient?: boolean,
  ) => Promise<{ rows: unknown[]; total: number }>;
}

/** Calls by the access token alone, or signed as OAuth 1.0a has it if the connection has all four credentials. */
export function callsTo({ origin, secrets }: ShopAccess, http: ShopHttp): Calls {
  const { accessToken, consumerKey = "", consumerSecret = "", token = "", tokenSecret = "" } = secrets;
  const byBearer = accessToken !== undefined;

  const once = (method: ShopCall["method"], path: string, said: Said): Promise<ShopAnswer> => {
    const asked = `${BASE}${path}${said.query === undefined ? "" : `?${said.query}`}`;
    // A nonce is taken once, also by a try that came to nothing.
    const signed = (): Promise<string> =>
      oauthHeader(
        method,
        `${origin}${asked}`,
        { consumerKey, consumerSecret, token, tokenSecret },
        { at: http.now(), nonce: crypto.randomUUID().replaceAll("-", "") },
      );
    return http.call(origin, {
      method,
      path: asked,
      headers: byBearer ? { authorization: `Bearer ${accessToken}` } : {},
      ...(!byBearer && { sign: async () => ({ authorization: await signed() }) }),
      ...(said.body !== undefined && { body: said.body }),
      idempotent: said.idempotent ?? method !== "POST",
      slowDown: (answer) => slowDown(answer, http.now()),
    });
  };

  /** A token alone that isn't taken is told as a right that is missing; so it is asked whether any call is taken. */
  const isTaken = async (): Promise<boolean> => {
    const query = criteriaQuery({ filters: [], sort: [], fields: "entity_id" }, { size: 1, number: 1 });
    for (const path of PROBES) if ((await once("GET", path, { query })).status === 200) return true;
    return false;
  };

  const call: Calls["call"] = async (method, path, said = {}) => {
    const answer = await once(method, path, said);
    if (answer.status >= 200 && answer.status < 300) {
      if (typeof answer.body !== "string") return answer.body;
      throw new ShopFailure("unreadable", "The shop's answer is no JSON: does an extension or a cache write into it?");
    }
    const right = missingRight(answer);
    if (right !== null && byBearer) throw (await isTaken()) ? lacksRight(right) : bearerRefused();
    throw failureOf(answer, byBearer);
  };

  return {
    call,
    list: async (path, criteria, page, patient = true) => {
      const query = criteriaQuery(criteria, page);
      const body = recordOf(await call("GET", path, { query, idempotent: patient }));
      const [rows, total] = [body?.["items"] ?? [], body?.["total_count"]];
      if (Array.isArray(rows) && typeof total === "number") return { rows: rows as unknown[], total };
      throw new ShopFailure("unreadable", `The shop's answer is no list with its total_count: ${path}`);
    },
  };
}
