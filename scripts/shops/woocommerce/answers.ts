import type { StandAnswer, StandCall } from "../shop.ts";

/** An error as WordPress says it. */
export function wpError(status: number, code: string, message: string): StandAnswer {
  return { status, body: { code, message, data: { status } } };
}

/** The route isn't there. */
export const NO_ROUTE = wpError(404, "rest_no_route", "No route was found matching the URL and request method.");

/** What PHP leaves where a plugin's code fails. */
export const CRITICAL: StandAnswer = {
  status: 500,
  body: "<p>There has been a critical error on this website.</p>",
};

/** A page of a list. `render` is called for those of the page alone. */
export function listAnswer<Row>(
  rows: readonly Row[],
  call: StandCall,
  render: (row: Row) => Record<string, unknown>,
): StandAnswer {
  const perPage = Number(call.query.get("per_page") ?? 10);
  const page = Number(call.query.get("page") ?? 1);
  if (!(perPage >= 1 && perPage <= 100) || !(page >= 1)) {
    return wpError(400, "rest_invalid_param", "Invalid parameter(s): per_page");
  }
  const offset = call.query.has("offset") ? Number(call.query.get("offset")) : (page - 1) * perPage;
  return {
    status: 200,
    headers: {
      "X-WP-Total": String(rows.length),
      "X-WP-TotalPages": String(Math.ceil(rows.length / perPage)),
    },
    body: rows.slice(offset, offset + perPage).map((row) => fieldsOf(render(row), call)),
  };
}

/** The fields that a call asks for, such as `id` or `billing.email`; all if it names none. */
export function fieldsOf(row: Record<string, unknown>, call: StandCall): Record<string, unknown> {
  const fields = call.query.get("_fields")?.split(",");
  if (fields === undefined) return row;
  const shown: Record<string, unknown> = {};
  for (const field of fields) {
    const [name = "", part] = field.split(".");
    if (!(name in row)) continue;
    if (part === undefined) shown[name] = row[name];
    else shown[name] = { ...(shown[name] as object), [part]: (row[name] as Record<string, unknown>)[part] };
  }
  return shown;
}

/** Whether a call asks for a field, or for all. */
export function asksFor(field: string, { query }: StandCall): boolean {
  return query.get("_fields")?.split(",").includes(field) ?? true;
}
