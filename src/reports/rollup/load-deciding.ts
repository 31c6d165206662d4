import type { ClickLogs } from "../../clicks/log/logs-store.ts";
import { findLogged } from "../../clicks/log/read-store.ts";
import type { LoggedClick } from "../../clicks/log/pack.ts";
import type { DecidingClick } from "./facts.ts";

/** A row of `decidingClicks`. */
export interface DecidingRow {
  /** JSON of id, time (ms UTC) and link. */
  click: string;
}

/**
 * Looks for the clicks that decided orders in all databases of the log, and gives each once; those of `known` needn't be looked
 * for. Throws what D1 throws.
 */
export async function findDeciding(
  logs: ClickLogs,
  rows: readonly DecidingRow[],
  known: ReadonlyMap<string, Pick<LoggedClick, "country" | "device" | "source">> = new Map(),
): Promise<DecidingClick[]> {
  const wanted = rows.map(({ click }) => {
    const [id, time, linkId] = JSON.parse(click) as [string, number, string];
    return { id, time, linkId };
  });
  const found = await findLogged(
    logs,
    wanted.filter(({ id }) => !known.has(id)),
  );
  // Once each, whatever its touches say of it: a click that were there twice would have its orders counted twice.
  return [...new Set(wanted.map(({ id }) => id))].map((id): DecidingClick => {
    const click = known.get(id) ?? found.get(id);
    return click === undefined ? [id] : [id, click.country, click.device, click.source];
  });
}
