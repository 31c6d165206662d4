import type { StandAnswer, StandCall } from "../shop.ts";

/** An error as v3 says it. */
export function v3Error(status: number, title: string, errors?: Record<string, string>): StandAnswer {
  return {
    status,
    body: { status, title, type: "/api-docs/getting-started/api-status-codes", ...(errors && { errors }) },
  };
}

/** An error as v2 says it: a list. */
export function v2Error(status: number, message: string): StandAnswer {
  return { status, body: [{ status, message }] };
}

/** Done, and nothing to be said. v2 also says so of a list that is empty. */
export const NOTHING: StandAnswer = { status: 204 };

export function v3Data(data: unknown, status = 200): StandAnswer {
  return { status, body: { data, meta: {} } };
}

/** Rows of a page at most. */
const MOST = 250;

/** A page of rows: of v3, with what is said of pages. */
export function v3Page(rows: readonly unknown[], call: StandCall, most = MOST): StandAnswer {
  const { some, page, limit } = pageOf(rows, call, most);
  const pagination = {
    total: rows.length,
    count: some.length,
    per_page: limit,
    current_page: page,
    total_pages: Math.ceil(rows.length / limit),
  };
  return { status: 200, body: { data: some, meta: { pagination } } };
}

/** The same of v2. */
export function v2Page(rows: readonly unknown[], call: StandCall): StandAnswer {
  const { some } = pageOf(rows, call, MOST);
  return some.length === 0 ? NOTHING : { status: 200, body: some };
}

function pageOf(
  rows: readonly unknown[],
  { query }: StandCall,
  most: number,
): { some: unknown[]; page: number; limit: number } {
  const limit = Math.min(Math.max(Number(query.get("limit") ?? 50), 1), most);
  const page = Math.max(Number(query.get("page") ?? 1), 1);
  return { some: rows.slice((page - 1) * limit, page * limit), page, limit };
}
