import type { ConnectionRow } from "./load-shop.ts";
import type { Connection } from "./schema.ts";
import type { CodeCounts, WebhookRow } from "./store.ts";

/** ms UTC → ISO 8601 UTC. */
function timeOf(time: number): string {
  return new Date(time).toISOString();
}

function timeOrNull(time: number | null): string | null {
  return time === null ? null : timeOf(time);
}

/** A connection as the API shows it. */
export function presentConnection(
  row: ConnectionRow,
  { webhooks, codes }: { webhooks: readonly WebhookRow[]; codes: CodeCounts },
): Connection {
  const { sync, failureCode, failureDetail, failingSince } = row;
  return {
    storeId: row.storeId,
    provider: row.provider,
    state: row.state,
    account: row.account,
    apiVersion: row.apiVersion,
    scopes: row.scopes,
    webhookUrl: row.webhookUrl,
    webhooks: webhooks.map(({ topic, state, lastAt }) => ({ topic, state, lastAt: timeOrNull(lastAt) })),
    orders: {
      lastAt: timeOrNull(row.lastOrderAt),
      lastPollAt: timeOrNull(row.lastPollAt),
      nextPollAt: timeOrNull(row.nextPollAt),
    },
    codes,
    sync:
      sync === null
        ? null
        : {
            from: timeOf(sync.from),
            orders: sync.orders,
            skipped: sync.skipped,
            startedAt: timeOf(sync.startedAt),
            updatedAt: timeOf(sync.updatedAt),
            finishedAt: timeOrNull(sync.finishedAt),
          },
    settings: row.settings,
    failure:
      failureCode === null
        ? null
        : { code: failureCode, detail: failureDetail ?? "", since: timeOf(failingSince ?? row.updatedAt) },
    problems: row.problems,
    checkedAt: timeOrNull(row.checkedAt),
    connectedAt: timeOf(row.createdAt),
    disconnectedAt: timeOrNull(row.disconnectedAt),
  };
}

/** A connection as the audit log keeps it: `secrets` are the names of those that are kept. */
export function auditedConnection(row: ConnectionRow, secrets: readonly string[] | null) {
  const { provider, state, account, apiVersionAsked, settings } = row;
  return { provider, state, account, apiVersion: apiVersionAsked, settings, ...(secrets !== null && { secrets }) };
}
