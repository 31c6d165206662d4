import type { Actor, Deps } from "../../ground/deps.ts";
import { allows } from "../../ground/http/auth.ts";
import { isoOf } from "../../ground/http/fields.ts";
import { boundedSum } from "../../ground/money/sum.ts";
import { type Asked, DECISION_KINDS, type DecisionKind, KINDS, type KindSql, SEVERITIES } from "./kinds.ts";
import type { Decisions } from "./schema.ts";

/** As many of a kind are counted at most. */
const MOST = 1_000;

/** Those that are named. */
const SAMPLES = 3;

interface Found {
  count: number;
  oldestAt: number;
  /** The one thing that all are of; `null`: there are several, or none. */
  about: string | null;
  samples: string;
  sums: string;
}

/** SQL: what a query found, as one row {@link Found}. It costs no more than what is counted. */
const counted = (found: string): string => `WITH f AS MATERIALIZED (${found} LIMIT ${MOST + 1})
  SELECT count(*) AS count, min(time) AS oldestAt,
    iif(count(about) = count(*) AND min(about) = max(about), min(about), NULL) AS about,
    (SELECT json_group_array(json_object('id', id, 'name', name, 'storeId', store_id, 'aboutId', about, 'time', time))
      FROM (SELECT * FROM f ORDER BY time, id LIMIT ${SAMPLES})) AS samples,
    (SELECT json_group_array(json_object('currency', currency, 'amountMinor', amount)) FROM (
      SELECT currency, ${boundedSum("sum(amount)")} AS amount FROM f WHERE amount IS NOT NULL AND currency IS NOT NULL
      GROUP BY currency ORDER BY currency)) AS sums
  FROM f`;

type Sample = Omit<Decisions["data"][number]["samples"][number], "time"> & { time: number };

/**
 * What waits for somebody to decide it, by kind, as far as a key may see the lists behind it. Its cost is bounded, however
 * much waits. Throws what D1 throws.
 */
export async function readDecisions({ d1, now }: Deps, actor: Actor, store: string | undefined): Promise<Decisions> {
  const asked: Asked = { store, now: now() };
  const kinds = DECISION_KINDS.map((kind) => [kind, KINDS[kind] as KindSql] as const);
  const shown = kinds.filter(([, { scope, global }]) => allows(actor, scope) && !(global && store !== undefined));
  const hidden = kinds.flatMap(([kind, { scope, global }]): Decisions["hidden"] => {
    if (!allows(actor, scope)) return [{ kind, scope }];
    return global && store !== undefined ? [{ kind, scope: null }] : [];
  });
  if (shown.length === 0) return { data: [], hidden };
  const results = await d1.batch<Found>(
    shown.map(([, { found }]) => bound(d1.prepare(counted(found)), found, store ?? null, asked.now)),
  );
  const data = shown.flatMap(([kind, sql], index) => {
    const row = results[index]?.results[0];
    return row === undefined || row.count === 0 ? [] : [present(kind, sql, row, asked)];
  });
  return {
    data: data.toSorted(
      (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || (a.oldestAt < b.oldestAt ? -1 : 1),
    ),
    hidden,
  };
}

/** D1 takes no value that a statement doesn't name. */
function bound(statement: D1PreparedStatement, sql: string, store: string | null, now: number): D1PreparedStatement {
  return sql.includes("?2") ? statement.bind(store, now) : statement.bind(store);
}

function present(kind: DecisionKind, { severity, list }: KindSql, row: Found, asked: Asked): Decisions["data"][number] {
  const more = row.count > MOST;
  return {
    kind,
    severity,
    count: Math.min(row.count, MOST),
    more,
    oldestAt: isoOf(row.oldestAt),
    sums: more ? [] : (JSON.parse(row.sums) as Decisions["data"][number]["sums"]),
    samples: (JSON.parse(row.samples) as Sample[]).map(({ time, ...sample }) => ({ ...sample, time: isoOf(time) })),
    list: list(asked, row.about),
  };
}
