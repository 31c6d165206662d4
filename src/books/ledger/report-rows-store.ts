import { FIGURE_SUMS, FIGURES_JSON } from "../../ground/db/amazon-figures.ts";
import { mustHold } from "../../ground/db/premise.ts";
import type { Deps } from "../../ground/deps.ts";
import type { AmazonFigures } from "../../ground/model/attribution-report.ts";

/** Rows of Amazon's reports that a bonus is booked for: a creator's in a store, of days that are both in. */
export interface ReportRows {
  storeId: string;
  creatorId: string;
  from: string;
  to: string;
  /** Of one source; `null`: of all that are the creator's. */
  sourceId: string | null;
}

/** What is known of such rows. */
export interface ReportRowsGround {
  /** By currency; none where the creator has no such row. */
  figures: ({ currency: string } & AmazonFigures)[];
  /** The last entry that was booked for one of them; `null`: there is none. */
  booked: { id: string; reason: string } | null;
}

const FIGURES_NOW = `(SELECT json_group_array(${FIGURES_JSON}) FROM (
  SELECT r.currency, ${FIGURE_SUMS} FROM attribution_sources s JOIN attribution_rows r ON r.source_id = s.id
  WHERE s.creator_id = ?2 AND s.store_id = ?1 AND r.day BETWEEN ?3 AND ?4 AND (?5 IS NULL OR s.id = ?5)
  GROUP BY r.currency ORDER BY r.currency))`;

const BOOKED = `attribution_bonuses b WHERE b.store_id = ?1 AND b.creator_id = ?2
  AND b.first_day <= ?4 AND b.last_day >= ?3 AND (?5 IS NULL OR b.source_id IS NULL OR b.source_id = ?5)`;

const valuesOf = ({ storeId, creatorId, from, to, sourceId }: ReportRows) => [storeId, creatorId, from, to, sourceId];

/** Reads what is known of rows as they stand now. */
export async function groundOfRows({ d1 }: Deps, rows: ReportRows): Promise<ReportRowsGround> {
  const found = await d1
    .prepare(
      `SELECT ${FIGURES_NOW} AS figures, (SELECT json_object('id', l.id, 'reason', l.reason) FROM ledger l
         WHERE l.id = (SELECT max(b.ledger_id) FROM ${BOOKED})) AS booked`,
    )
    .bind(...valuesOf(rows))
    .first<{ figures: string; booked: string | null }>();
  return {
    figures: JSON.parse(found?.figures ?? "[]") as ReportRowsGround["figures"],
    booked: found?.booked == null ? null : (JSON.parse(found.booked) as ReportRowsGround["booked"]),
  };
}

/**
 * Statements that keep for what rows an entry was booked, with the figures that it was booked on. They break their batch
 * off if the figures are others by now, or if another was booked for one of the rows, unless that is wanted (`again`).
 */
export function keepRows(
  { d1 }: Deps,
  ledgerId: string,
  rows: ReportRows,
  { figures, again }: { figures: ReportRowsGround["figures"]; again: boolean },
): D1PreparedStatement[] {
  const text = JSON.stringify(figures);
  return [
    mustHold(d1, `${FIGURES_NOW} = ?6`, ...valuesOf(rows), text),
    ...(again ? [] : [mustHold(d1, `NOT EXISTS (SELECT 1 FROM ${BOOKED})`, ...valuesOf(rows))]),
    d1
      .prepare(
        `INSERT INTO attribution_bonuses (store_id, creator_id, first_day, last_day, source_id, figures, ledger_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`,
      )
      .bind(...valuesOf(rows), text, ledgerId),
  ];
}
