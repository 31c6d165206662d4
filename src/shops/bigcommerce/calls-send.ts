import { recordOf } from "../fields.ts";
import { type ShopAccess, type ShopAnswer, type ShopCall, ShopFailure, type ShopHttp } from "../platform.ts";
import { failureOf, slowDown } from "./failure.ts";

/** What the API account must be given, as BigCommerce calls it. */
export const SCOPES = { orders: "Orders: read-only", marketing: "Marketing: modify", none: "for this" } as const;

/** What a call says beyond its path. */
export interface Said {
  query?: Readonly<Record<string, string>>;
  body?: unknown;
  /** Whether it may be done twice; all but `POST` may, if it isn't said. */
  idempotent?: boolean;
  scope: keyof typeof SCOPES;
}

/** Calls to one store. */
export interface Calls {
  /** The answer of a call that succeeded. Everything else throws a {@link ShopFailure}. */
  call: (method: ShopCall["method"], path: string, said: Said) => Promise<ShopAnswer>;
  /** The answer as it is, where a refusal is to be looked at. */
  ask: (method: ShopCall["method"], path: string, said: Said) => Promise<ShopAnswer>;
  /** Rows of a list of v2, which says that it has none by no body at all. */
  rows: (path: string, said: Said) => Promise<unknown[]>;
  /** An answer that is one thing of v2. */
  one: (path: string, said: Said) => Promise<Record<string, unknown>>;
  /** `data` of an answer of v3. */
  data: (method: ShopCall["method"], path: string, said: Said) => Promise<unknown>;
  /** The same where it is a list, of which there may be further pages. */
  page: (path: string, said: Said) => Promise<{ rows: unknown[]; isLast: boolean }>;
  /** All rows of a list of v3, by its pages. */
  pages: (path: string, said: Said) => Promise<unknown[]>;
}

/** The largest page of v3, and pages of a list at most: a list that is longer has something else wrong. */
const PAGE = 250;
const MAX_PAGES = 40;

/** Calls with the token of an API account. */
export function callsTo({ origin, secrets }: ShopAccess, http: ShopHttp): Calls {
  const token = secrets["accessToken"] ?? "";

  const ask: Calls["ask"] = (method, path, said) => {
    const query = new URLSearchParams(said.query).toString();
    return http.call(origin, {
      method,
      path: `${path}${query === "" ? "" : `?${query}`}`,
      headers: { "x-auth-token": token },
      ...(said.body !== undefined && { body: said.body }),
      idempotent: said.idempotent ?? method !== "POST",
      slowDown,
    });
  };

  const call: Calls["call"] = async (method, path, said) => {
    const answer = await ask(method, path, said);
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw failureOf(answer, SCOPES[said.scope]);
  };

  const data: Calls["data"] = async (method, path, said) => {
    const { body } = await call(method, path, said);
    const found = recordOf(body);
    if (found === null || found["data"] === undefined) {
      throw new ShopFailure("unreadable", `BigCommerce's answer has no data: ${path}`);
    }
    return found["data"];
  };

  const page: Calls["page"] = async (path, said) => {
    const { body } = await call("GET", path, said);
    const found = recordOf(body);
    const rows = found?.["data"];
    if (!Array.isArray(rows)) throw new ShopFailure("unreadable", `BigCommerce's answer is no list: ${path}`);
    const pages = recordOf(recordOf(found?.["meta"])?.["pagination"])?.["total_pages"];
    const { page: number = "1", limit = String(rows.length + 1) } = said.query ?? {};
    // A page may have fewer than were asked for, and not be the last.
    const isLast = typeof pages === "number" ? Number(number) >= pages : rows.length < Number(limit);
    return { rows: rows as unknown[], isLast: isLast || rows.length === 0 };
  };

  return {
    call,
    ask,
    data,
    page,
    one: async (path, said) => {
      const found = recordOf((await call("GET", path, said)).body);
      if (found === null) throw new ShopFailure("unreadable", `BigCommerce's answer is no object: ${path}`);
      return found;
    },
    rows: async (path, said) => {
      const { status, body } = await call("GET", path, said);
      if (status === 204) return [];
      if (!Array.isArray(body)) throw new ShopFailure("unreadable", `BigCommerce's answer is no list: ${path}`);
      return body as unknown[];
    },
    pages: async (path, said) => {
      const all: unknown[] = [];
      for (let number = 1; number <= MAX_PAGES; number++) {
        const query = { ...said.query, limit: String(PAGE), page: String(number) };
        const { rows, isLast } = await page(path, { ...said, query });
        all.push(...rows);
        if (isLast) return all;
      }
      throw new ShopFailure("unreadable", `BigCommerce's list has no end: ${path}`);
    },
  };
}
