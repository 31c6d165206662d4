import type { ConversionLimit } from "../../ground/model/conversion.ts";
import type { Deps } from "../../ground/deps.ts";
import { type CommissionRow, earnedBy } from "./commission.ts";
import { countedOf } from "./limit.ts";
import { commissionsOf, conversionsById, type Pair, pairKey, ratesOf, type SubjectRow } from "./load-ground.ts";
import type { ConversionRow } from "./work.ts";

/** A conversion as it was and as it comes to be. */
export interface Drawn {
  row: ConversionRow;
  /** `null`: it is new. */
  before: ConversionRow | null;
}

/** The same once it is said whether it counts, and what it earns by that. */
export interface Judged extends Drawn {
  commissions: CommissionRow[];
  /** Whether these are others than before. */
  earnsAnew: boolean;
}

/**
 * Says of conversions, and of all others of the same subjects, which count and what they earn. `limits` by the
 * definitions' ids; `subjects` has what there is of each of `pairs`. Those that were not given come along if they turn.
 */
export async function limitedRows(
  deps: Pick<Deps, "d1" | "db">,
  limits: ReadonlyMap<string, ConversionLimit | null>,
  drawn: readonly Drawn[],
  pairs: readonly Pair[],
  subjects: ReadonlyMap<string, readonly SubjectRow[]>,
): Promise<Judged[]> {
  const own = new Set(drawn.map(({ row }) => row.id));
  const bySubject = Map.groupBy(drawn, ({ row }) => pairKey(row));
  const turned: string[] = [];
  const over = new Set<string>();
  for (const pair of pairs) {
    const others = (subjects.get(pairKey(pair)) ?? []).filter(({ id }) => !own.has(id));
    const mine = (bySubject.get(pairKey(pair)) ?? []).map(({ row }) => ({ ...row, key: row.eventKey }));
    const standing = [...others, ...mine].filter(({ uncounted }) => uncounted !== "withdrawn");
    const counted = countedOf(standing, limits.get(pair.definitionId) ?? null);
    for (const { id, key } of mine) if (!counted.has(key)) over.add(id);
    for (const { id, key, uncounted } of others) {
      if (uncounted !== "withdrawn" && (uncounted === null) !== counted.has(key)) turned.push(id);
    }
  }
  const all = [
    ...drawn.map(({ row, before }): Drawn => {
      return { row: row.uncounted === null && over.has(row.id) ? { ...row, uncounted: "limit" } : row, before };
    }),
    ...(await conversionsById(deps, turned)).map((before): Drawn => {
      return { row: { ...before, uncounted: before.uncounted === null ? "limit" : null }, before };
    }),
  ];
  return withEarnings(deps, all);
}

async function withEarnings(deps: Pick<Deps, "d1" | "db">, all: readonly Drawn[]): Promise<Judged[]> {
  const earned = all.filter(({ before }) => before !== null && before.commission !== "none");
  const [rates, known] = await Promise.all([
    ratesOf(
      deps,
      all.flatMap(({ row }) => (row.shares.length === 0 ? [] : [row.definitionId])),
    ),
    commissionsOf(
      deps,
      earned.map(({ row }) => row.id),
    ),
  ]);
  return all.map(({ row, before }) => {
    const { rows: commissions, ...standing } = earnedBy(row, rates);
    const earnsAnew = contentOf(known.get(row.id) ?? []) !== contentOf(commissions);
    return { row: { ...row, ...standing }, before, commissions, earnsAnew };
  });
}

function contentOf(rows: readonly CommissionRow[]): string {
  return JSON.stringify(
    rows
      .map(({ creatorId, planId, amountMinor, currency, holdDays }) =>
        JSON.stringify([creatorId, planId, amountMinor, currency, holdDays]),
      )
      .toSorted(),
  );
}
