import { createMiddleware } from "hono/factory";
import { NAMED, type NamedKind, namedKindOf } from "../db/names.ts";
import type { Actor, AppTypes } from "../deps.ts";
import { ID_LENGTH } from "../id-text.ts";
import { allows } from "./auth.ts";

const ID = new RegExp(`^[a-z]{3}_[0-9a-hjkmnp-tv-z]{${ID_LENGTH}}$`);

/**
 * Middleware of everything that is read: with `?expand=names` a JSON answer has `names` beside what it has, by the ids of
 * what it tells of, so that nobody has to ask for each. It costs one look-up a kind. A key gets no name that it couldn't
 * read elsewhere.
 */
export const expandNames = createMiddleware<AppTypes>(async (c, next) => {
  await next();
  if (c.req.method !== "GET" || c.req.query("expand") !== "names" || !c.res.ok) return;
  if (!(c.res.headers.get("Content-Type") ?? "").startsWith("application/json")) return;
  const text = await c.res.text();
  const body: unknown = JSON.parse(text);
  const isOpen = typeof body === "object" && body !== null && !Array.isArray(body) && !("names" in body);
  const names = isOpen ? await namesOf(c.env.deps.d1, c.var.actor, idsIn(body)) : null;
  const { headers, status } = c.res;
  headers.delete("Content-Length");
  c.res = new Response(isOpen ? JSON.stringify({ ...body, names }) : text, { status, headers });
});

/** Ids of things with names that an answer points at. Its own, and those of a list's rows, are known by what stands beside them. */
function idsIn(body: object): Set<string> {
  const ids = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value === "string") {
      if (ID.test(value)) ids.add(value);
    } else if (Array.isArray(value)) {
      for (const entry of value) walk(entry);
    } else if (typeof value === "object" && value !== null) {
      for (const [key, field] of Object.entries(value)) if (key !== "id") walk(field);
    }
  };
  walk(body);
  return ids;
}

/** The names of things by their ids, as far as there are such things and the key may know of them. Throws what D1 throws. */
async function namesOf(d1: D1Database, actor: Actor, ids: ReadonlySet<string>): Promise<Record<string, string>> {
  const byKind = [...Map.groupBy(ids, (id) => namedKindOf(id))].flatMap(([kind, own]): [NamedKind, string[]][] =>
    kind !== undefined && NAMED[kind].scopes.some((scope) => allows(actor, scope)) ? [[kind, own]] : [],
  );
  if (byKind.length === 0) return {};
  const found = await d1.batch<{ id: string; name: string }>(
    byKind.map(([kind, own]) => {
      const { table, name } = NAMED[kind];
      return d1
        .prepare(`SELECT n.id, ${name} AS name FROM json_each(?1) w CROSS JOIN ${table} n ON n.id = w.value`)
        .bind(JSON.stringify(own));
    }),
  );
  return Object.fromEntries(found.flatMap(({ results }) => results.map(({ id, name }) => [id, name])));
}
