import type { ToldBy } from "./tell.ts";
import { id, NOW } from "./world.ts";

/** The log, its roll-ups and archives, alarms, the audit log, and what is blocked. */
export const OPERATIONS_ANSWERS: ToldBy = {
  Rollups: {
    clicks: {
      watermark: 1_839_185_326_246_784,
      waiting: 0,
      lagSeconds: 0,
      ranAt: "2026-11-21T08:59:00.000Z",
      databases: [{ name: "DB", watermark: 1_839_185_326_246_784, waiting: 0, lagSeconds: 0 }],
    },
    orders: { waiting: 0, lagSeconds: 0, ranAt: "2026-11-21T08:59:00.000Z" },
  },
  RollupRebuild: {
    linkId: null,
    reason: "It was asked for.",
    step: "clicks",
    done: 12,
    total: 48,
    requestedAt: NOW,
    updatedAt: "2026-11-21T09:04:00.000Z",
  },
  "POST /rollups/rebuild": { done: 0, updatedAt: NOW },
  DeadLetter: { queue: "waymark-clicks", reason: "retries_exhausted", bytes: 1834 },
  "POST /dead-letters/{id}/replay": { replayedAt: NOW },
  Archive: {
    firstSeq: 1,
    lastSeq: 20_000,
    rows: 20_000,
    bytes: 1_120_441,
    sha256: "215f124a204f1da878b43eef8f3aa4edb791d0ff46eabcec2e41d3f08dd99c87",
    earliest: "2026-08-21T00:00:03.120Z",
    latest: "2026-08-21T23:59:51.004Z",
    createdAt: "2026-11-20T03:00:00.000Z",
    verifiedAt: "2026-11-20T03:00:02.000Z",
    deletedAt: "2026-11-20T03:00:04.000Z",
  },
  "POST /archives/restore": { deletedAt: null },
  ClickPacking: { direction: "packed", rows: 0, batches: 1055 },
  ClickLogLayout: { databases: 1, createdAt: NOW },
  ClickLogDatabase: { bytes: 3_977_216, waiting: 0 },
  Alarm: {
    kind: "code_leak",
    subject: id("cod"),
    detail: { code: "NORA10", uses: 15, clicks: 48 },
  },
  "POST /alarms/{id}/resolve": { resolvedAt: NOW },
  Readiness: {
    ready: true,
    checks: {
      d1: { latencyMs: 3, ageMs: 0 },
      queue: { ageMs: 0 },
      kv: { latencyMs: 2, ageMs: 0 },
      configuration: { ageMs: 0 },
    },
  },
  AuditEntry: {
    action: "update",
    entity: "link",
    entityId: id("lnk"),
    before: { disabled: false },
    after: { disabled: true },
  },
  BlockedHost: { host: "phish.example", scope: "host" },
  AbuseReport: { kind: "phishing", detail: "Leads to a page that asks for a password." },
  "POST /abuse-reports/{id}/resolve": { resolvedAt: NOW },
};
