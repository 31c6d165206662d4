import { creatorName } from "../../ground/db/names.ts";
import { isOpen } from "../../books/reconcile/open.ts";
import { waitsForHand as conversionWaits } from "../../conversions/count/by-hand.ts";
import { campaignOfStore } from "../../ground/db/of-store.ts";
import type { Scope } from "../../ground/http/auth.ts";
import { storeOfAlarm } from "../../journal/alarm/of-store.ts";
import { membersWaiting } from "../../programme/campaign/waiting.ts";
import { waitsForHand as orderWaits } from "../../sales/order/by-hand.ts";

/** How soon something is to be decided: the more of it the longer it waits, or it costs money or trust; or it can wait. */
export const SEVERITIES = ["urgent", "soon", "note"] as const;

/** One of {@link SEVERITIES}. */
export type Severity = (typeof SEVERITIES)[number];

/** Days of refused evidence that are told of: whoever didn't look by then doesn't care. */
const REFUSED_DAYS = 7;

const DAY_MS = 86_400_000;

/** What is asked for: one store or all, at a time (ms UTC). */
export interface Asked {
  store: string | undefined;
  now: number;
}

/** A kind of decision: what waits for it, and where it is listed. */
export interface KindSql {
  severity: Severity;
  /** What the list behind it needs. */
  scope: Scope;
  /** Whether it is of no store, so that asking for one leaves it out. */
  global?: true;
  /**
   * SQL query of what waits, oldest first where an index has it so: `id`, `name`, `store_id`, `about` (the id of what it
   * is of), `time` (ms UTC), `currency`, `amount` (minor units). `?1` is the store, `?2` is now.
   */
  found: string;
  /** Path and query of the list. `about`: the one thing that all of them are of, if they are. */
  list: (asked: Asked, about: string | null) => string;
}

const NO_AMOUNT = "NULL AS currency, NULL AS amount";

/** A path below `/api/v1` with a query, and with the store that is asked for. */
function listOf(path: string, query: Record<string, string> = {}) {
  return ({ store }: Asked): string => {
    const asked = new URLSearchParams({ ...query, ...(store !== undefined && { store }) }).toString();
    return `/api/v1${path}${asked === "" ? "" : `?${asked}`}`;
  };
}

/** SQL: that a column has the store that is asked for. */
const ofStore = (column: string): string => `(?1 IS NULL OR ${column} = ?1)`;

/** Orders of a status, by the index that has these alone. */
function orders(condition: string, time: string, index: string): string {
  return `SELECT o.id, coalesce(o.order_number, o.external_id) AS name, o.store_id, NULL AS about, ${time} AS time, o.currency, o.total_minor AS amount
    FROM orders o INDEXED BY ${index} WHERE ${condition} AND ${ofStore("o.store_id")}`;
}

/** Creators in campaigns that wait for something: those of a campaign without a plan are of no store. */
function members(what: "applied" | "failed", time: string): string {
  return `SELECT m.creator_id AS id, ${creatorName("x")} AS name,
      (SELECT p.store_id FROM tracking_plans p WHERE p.id = c.plan_id) AS store_id, c.id AS about, ${time} AS time, ${NO_AMOUNT}
    ${membersWaiting(what).replace("WHERE", "CROSS JOIN creators x ON x.id = m.creator_id WHERE")}
      AND (?1 IS NULL OR ${campaignOfStore("c", "?1")})`;
}

function membersList(what: "applied" | "failed") {
  const query = new URLSearchParams(what === "applied" ? { status: what } : { state: what }).toString();
  return (asked: Asked, about: string | null): string =>
    about === null ? listOf("/campaigns", { waiting: what })(asked) : `/api/v1/campaigns/${about}/creators?${query}`;
}

/** Open alarms, by SQL that says which kinds. Their ids are the alarms', `about` is the id of what they are about. */
function alarms(kinds: string): string {
  return `SELECT a.id, coalesce(a.detail ->> 'code', a.detail ->> 'label', a.detail ->> 'name', a.detail ->> 'event',
      a.detail ->> 'host', (SELECT s.name FROM stores s WHERE s.id = a.subject), a.kind) AS name, ${storeOfAlarm("a")} AS store_id,
      iif(substr(a.subject, 4, 1) = '_', substr(a.subject, 1, 20), NULL) AS about, a.raised_at AS time, ${NO_AMOUNT}
    FROM alarms a INDEXED BY alarms_open
    WHERE a.resolved_at IS NULL AND a.kind ${kinds} AND (?1 IS NULL OR ${storeOfAlarm("a")} = ?1)`;
}

const alarmsOf = (kind: string) => listOf("/alarms", { open: "true", kind });

/** Alarms that have a kind of their own here, or whose cause has. */
const OWN_ALARMS = [
  "code_leak",
  "code_drift",
  "shop_failing",
  "shop_webhooks_off",
  "tagging_silent",
  "numbers_expiring",
  "pool_exhausted",
  "webhook_dead",
  "orders_contested",
];

/** Every kind of decision by its name, each with what waits. */
export const KINDS = {
  order_contested: {
    severity: "urgent",
    scope: "orders:read",
    found: orders("o.status = 'contested' AND o.trust = 'confirmed'", "o.placed_at", "orders_contested"),
    list: listOf("/orders", { status: "contested", trust: "confirmed" }),
  },
  order_disputed: {
    severity: "soon",
    scope: "orders:read",
    found: orders("o.status = 'disputed'", "coalesce(o.review ->> 'at', o.updated_at)", "orders_disputed"),
    list: listOf("/orders", { status: "disputed" }),
  },
  order_waiting: {
    severity: "soon",
    scope: "orders:read",
    found: orders(orderWaits("o"), "o.placed_at", "orders_pending"),
    list: listOf("/orders", { status: "pending", approval: "hand" }),
  },
  order_claimed: {
    severity: "note",
    scope: "orders:read",
    found: orders("o.status = 'received'", "o.created_at", "orders_received"),
    list: listOf("/orders", { status: "received" }),
  },
  conversion_waiting: {
    severity: "soon",
    scope: "orders:read",
    found: `SELECT v.id, d.name, v.store_id, v.definition_id AS about, v.time, ${NO_AMOUNT}
      FROM conversions v INDEXED BY conversions_pending CROSS JOIN conversion_definitions d ON d.id = v.definition_id
      WHERE ${conversionWaits("v")} AND ${ofStore("v.store_id")}`,
    list: listOf("/conversions", { commission: "pending", approval: "hand" }),
  },
  member_applied: {
    severity: "soon",
    scope: "plans:read",
    found: members("applied", "m.created_at"),
    list: membersList("applied"),
  },
  code_failed: {
    severity: "soon",
    scope: "plans:read",
    found: members("failed", "w.updated_at"),
    list: membersList("failed"),
  },
  shop_code_failed: {
    severity: "soon",
    scope: "plans:read",
    found: `SELECT k.id, k.text AS name, k.store_id, k.creator_id AS about, coalesce(f.checked_at, k.updated_at) AS time, ${NO_AMOUNT}
      FROM shop_connections s CROSS JOIN shop_codes f ON f.store_id = s.store_id AND f.state = 'failed'
        CROSS JOIN codes k ON k.id = f.code_id AND k.store_id = f.store_id
      WHERE s.state <> 'disconnected' AND ${ofStore("s.store_id")}`,
    list: listOf("/codes", { storeState: "failed" }),
  },
  code_leak: {
    severity: "soon",
    scope: "plans:read",
    found: alarms("= 'code_leak'"),
    list: listOf("/codes/leaks", { days: "7" }),
  },
  code_drift: {
    severity: "soon",
    scope: "settings:read",
    found: alarms("= 'code_drift'"),
    list: alarmsOf("code_drift"),
  },
  reconciliation_open: {
    severity: "soon",
    scope: "orders:read",
    found: `SELECT r.id, coalesce(x.external_id, '') AS name, r.store_id, r.id AS about, r.created_at AS time, ${NO_AMOUNT}
      FROM reconciliations r CROSS JOIN reconciliation_rows x ON x.reconciliation_id = r.id
      WHERE ${isOpen("r", "x")} AND ${ofStore("r.store_id")}`,
    list: (asked, about) =>
      about === null
        ? listOf("/reconciliations", { open: "true" })(asked)
        : `/api/v1/reconciliations/${about}/discrepancies`,
  },
  period_due: {
    severity: "soon",
    scope: "orders:read",
    found: `SELECT d.id, coalesce(d.note, '') AS name, d.store_id, NULL AS about, d.to_at AS time, ${NO_AMOUNT}
      FROM periods d WHERE d.locked_at IS NULL AND d.to_at <= ?2 AND ${ofStore("d.store_id")}`,
    list: listOf("/periods", { state: "due" }),
  },
  payout_draft: {
    severity: "soon",
    scope: "orders:read",
    found: `SELECT r.id, coalesce(r.note, '') AS name, r.store_id, NULL AS about, r.created_at AS time, r.currency,
        (SELECT sum(l.amount_minor) FROM payout_lines l WHERE l.payout_id = r.id) AS amount
      FROM payouts r WHERE r.status = 'draft' AND ${ofStore("r.store_id")}`,
    list: listOf("/payouts", { status: "draft" }),
  },
  // Whether a creator is owed enough is for the run to say: here it is enough that something was booked and no run made since.
  payout_due: {
    severity: "soon",
    scope: "orders:read",
    found: `SELECT d.id, coalesce(d.note, '') AS name, d.store_id, NULL AS about, d.locked_at AS time, ${NO_AMOUNT}
      FROM stores s CROSS JOIN periods d ON d.store_id = s.id AND d.to_at = (SELECT max(n.to_at) FROM periods n
        WHERE n.store_id = s.id AND n.locked_at IS NOT NULL)
      WHERE ${ofStore("s.id")}
        AND NOT EXISTS (SELECT 1 FROM payouts r WHERE r.store_id = s.id AND r.status IN ('draft', 'paid') AND r.created_at >= d.locked_at)
        AND EXISTS (SELECT 1 FROM ledger l WHERE l.store_id = s.id AND l.time >= d.from_at AND l.time < d.to_at AND l.type <> 'payout')`,
    list: listOf("/ledger/balances"),
  },
  payout_details_proposed: {
    severity: "soon",
    scope: "orders:read",
    global: true,
    found: `SELECT n.id, ${creatorName("x")} AS name, NULL AS store_id, n.creator_id AS about, n.created_at AS time, ${NO_AMOUNT}
      FROM payout_detail_proposals n INDEXED BY payout_detail_proposals_open CROSS JOIN creators x ON x.id = n.creator_id
      WHERE n.state = 'open' AND ?1 IS NULL`,
    list: listOf("/payout-detail-proposals", { state: "open" }),
  },
  shop_failing: {
    severity: "urgent",
    scope: "settings:read",
    found: alarms("= 'shop_failing'"),
    list: alarmsOf("shop_failing"),
  },
  shop_webhooks_off: {
    severity: "soon",
    scope: "settings:read",
    found: alarms("= 'shop_webhooks_off'"),
    list: alarmsOf("shop_webhooks_off"),
  },
  webhook_dead: {
    severity: "soon",
    scope: "settings:read",
    found: alarms("= 'webhook_dead'"),
    list: alarmsOf("webhook_dead"),
  },
  pool_exhausted: {
    severity: "urgent",
    scope: "settings:read",
    found: alarms("= 'pool_exhausted'"),
    list: alarmsOf("pool_exhausted"),
  },
  number_expiring: {
    severity: "soon",
    scope: "settings:read",
    found: alarms("= 'numbers_expiring'"),
    list: alarmsOf("numbers_expiring"),
  },
  event_silent: {
    severity: "soon",
    scope: "settings:read",
    found: alarms("= 'tagging_silent'"),
    list: alarmsOf("tagging_silent"),
  },
  alarm: {
    severity: "urgent",
    scope: "settings:read",
    found: alarms(`NOT IN (${OWN_ALARMS.map((kind) => `'${kind}'`).join(", ")})`),
    list: listOf("/alarms", { open: "true" }),
  },
  dead_letter: {
    severity: "urgent",
    scope: "settings:read",
    global: true,
    found: `SELECT l.id, l.queue AS name, NULL AS store_id, NULL AS about, l.received_at AS time, ${NO_AMOUNT}
      FROM dead_letters l INDEXED BY dead_letters_open WHERE l.replayed_at IS NULL AND ?1 IS NULL`,
    list: listOf("/dead-letters", { open: "true" }),
  },
  abuse_report: {
    severity: "urgent",
    scope: "settings:read",
    found: `SELECT b.id, coalesce(l.slug, '') AS name, l.store_id, b.link_id AS about, b.created_at AS time, ${NO_AMOUNT}
      FROM abuse_reports b INDEXED BY abuse_reports_open LEFT JOIN links l ON l.id = b.link_id
      WHERE b.resolved_at IS NULL AND ${ofStore("l.store_id")}`,
    list: listOf("/abuse-reports", { open: "true" }),
  },
  evidence_refused: {
    severity: "note",
    scope: "orders:read",
    found: `SELECT i.id, coalesce(i.reason_code, '') AS name, i.store_id, NULL AS about, i.received_at AS time, ${NO_AMOUNT}
      FROM stores s CROSS JOIN inbox i INDEXED BY inbox_refused ON i.store_id = s.id
      WHERE i.verdict = 'refused' AND i.received_at >= ?2 - ${REFUSED_DAYS * DAY_MS} AND ${ofStore("s.id")}`,
    list: (asked) =>
      listOf("/inbox", { verdict: "refused", from: new Date(asked.now - REFUSED_DAYS * DAY_MS).toISOString() })(asked),
  },
} as const satisfies Record<string, KindSql>;

/** The name of a kind of decision. */
export type DecisionKind = keyof typeof KINDS;

/** All kinds, in the order in which they are told of where nothing else puts them in one. */
export const DECISION_KINDS = Object.keys(KINDS) as [DecisionKind, ...DecisionKind[]];
