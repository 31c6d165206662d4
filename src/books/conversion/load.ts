import type { ConversionReview } from "../../ground/model/conversion.ts";
import type { Deps } from "../../ground/deps.ts";
import type { Recorded } from "../ledger/entries.ts";
import { recordedOf } from "../ledger/load.ts";
import { lockedTo } from "../period/store.ts";
import type { ConversionFacts, ConversionShare } from "./decide.ts";

/** A conversion as it was read. */
export interface LoadedConversion extends ConversionFacts {
  storeId: string;
  definitionId: string;
  time: number;
  version: number;
}

/** What is read of conversions that are due. */
export interface ConversionGroup {
  conversions: LoadedConversion[];
  /** By the conversion's id. */
  shares: ReadonlyMap<string, ConversionShare[]>;
  recorded: ReadonlyMap<string, Recorded[]>;
  /** The end of the last locked period, ms UTC, by the store's id; a store without one is absent. */
  lockedTo: ReadonlyMap<string, number>;
}

/** Reads conversions and what there is of their commissions. Those that are gone are absent. */
export async function loadConversions(deps: Pick<Deps, "d1">, ids: readonly string[]): Promise<ConversionGroup> {
  const json = JSON.stringify(ids);
  const [conversions, shares, recorded] = await Promise.all([
    factsOf(deps, json),
    sharesOf(deps, json),
    recordedOf(deps, "conversion_id", json),
  ]);
  const storeIds = conversions.map(({ storeId }) => storeId);
  return { conversions, shares, recorded, lockedTo: await lockedTo(deps, storeIds) };
}

type RawFacts = Omit<LoadedConversion, "contested" | "credited" | "review"> & {
  contested: number;
  credited: number;
  review: string | null;
};

async function factsOf({ d1 }: Pick<Deps, "d1">, ids: string): Promise<LoadedConversion[]> {
  const { results } = await d1
    .prepare(
      `SELECT c.id, c.store_id AS storeId, c.definition_id AS definitionId, c.time, c.origin, c.trust, c.uncounted,
         c.contested, json_array_length(c.shares) > 0 AS credited, c.commission, c.due_at AS dueAt,
         c.approved_at AS approvedAt, c.review, c.version
       FROM json_each(?1) w CROSS JOIN conversions c ON c.id = w.value ORDER BY c.id`,
    )
    .bind(ids)
    .all<RawFacts>();
  return results.map(({ contested, credited, review, ...row }) => ({
    ...row,
    contested: contested === 1,
    credited: credited === 1,
    review: review === null ? null : (JSON.parse(review) as ConversionReview),
  }));
}

async function sharesOf({ d1 }: Pick<Deps, "d1">, ids: string): Promise<Map<string, ConversionShare[]>> {
  const { results } = await d1
    .prepare(
      `SELECT s.conversion_id AS id, s.creator_id AS creatorId, s.plan_id AS planId, s.amount_minor AS amountMinor,
         s.currency, s.hold_days AS holdDays
       FROM json_each(?1) w CROSS JOIN conversion_commissions s ON s.conversion_id = w.value
       ORDER BY s.conversion_id, s.creator_id`,
    )
    .bind(ids)
    .all<ConversionShare & { id: string }>();
  const byId = Map.groupBy(results, ({ id }) => id);
  return new Map([...byId].map(([id, rows]) => [id, rows.map(({ id: _id, ...share }) => share)]));
}
