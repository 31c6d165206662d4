import type { Actor, Deps } from "../../ground/deps.ts";
import { allows } from "../../ground/http/auth.ts";
import { ID_PREFIXES } from "../../ground/id.ts";
import { Bindings } from "../report/bindings.ts";
import { FOUND, FOUND_KINDS, type FoundKind, type FoundSql, type Looked, WHOLE, WORST_FIT } from "./kinds.ts";
import { type Wanted, wantedOf } from "./read-query.ts";
import type { SearchAnswer, SearchQuery } from "./schema.ts";

/** Something that was found, and how well it fits. */
type Found = Omit<SearchAnswer["data"][number], "kind" | "whole"> & { fit: number };

/**
 * What a text is the name of, whole things first, then what begins with it, then what has it; of equals the newest. Looks for
 * nothing that the key may not read. Throws what D1 throws.
 */
export async function search({ d1 }: Deps, actor: Actor, { q, store, limit }: SearchQuery): Promise<SearchAnswer> {
  const wanted = wantedOf(q);
  const allowed = FOUND_KINDS.filter((kind) => allows(actor, FOUND[kind].scope));
  const hidden = FOUND_KINDS.filter((kind) => !allowed.includes(kind));
  const { id } = wanted;
  const kinds = id === null ? allowed : allowed.filter((kind) => id.startsWith(ID_PREFIXES[FOUND[kind].idKind]));
  if (kinds.length === 0) return { data: [], hidden };
  const results = await d1.batch<Found>(kinds.map((kind) => statementOf(d1, FOUND[kind], wanted, store, limit)));
  const found = kinds.flatMap((kind, index) => (results[index]?.results ?? []).map((row) => ({ kind, ...row })));
  const data = found.toSorted((a, b) => a.fit - b.fit || placeOf(a.kind) - placeOf(b.kind)).slice(0, limit);
  return { data: data.map(({ fit, ...row }) => ({ ...row, whole: fit === WHOLE })), hidden };
}

const placeOf = (kind: FoundKind): number => FOUND_KINDS.indexOf(kind);

/** The statement that looks for a kind, each thing once. */
function statementOf(
  d1: D1Database,
  sql: FoundSql,
  wanted: Wanted,
  store: string | undefined,
  limit: number,
): D1PreparedStatement {
  const bindings = new Bindings();
  const ofStore = store === undefined ? "TRUE" : sql.ofStore(bindings.add(store));
  const looks: Looked[] =
    wanted.id === null
      ? sql.looks(wanted, bindings, ofStore)
      : [{ where: `n.id = ${bindings.add(wanted.id)}`, fits: ["0"] }];
  const queries = looks.map(({ from = `${sql.table} n`, where = "TRUE", fits }) => {
    const fit = fits.length === 1 ? fits.join("") : `min(${fits.join(", ")})`;
    return `SELECT n.id, ${fit} AS fit FROM ${from} WHERE ${where} AND ${sql.live} AND ${ofStore}`;
  });
  // What is shown is read of the few that are: it may need looks of its own.
  return d1
    .prepare(
      `SELECT n.id, ${sql.name} AS name, coalesce(${sql.detail}, '') AS detail, ${sql.store} AS storeId, f.fit
       FROM (SELECT id, min(fit) AS fit FROM (${queries.join(" UNION ALL ")}) WHERE fit <= ${WORST_FIT}
         GROUP BY id ORDER BY 2, 1 DESC LIMIT ${limit}) f
       CROSS JOIN ${sql.table} n ON n.id = f.id ORDER BY f.fit, n.id DESC`,
    )
    .bind(...bindings.values);
}
