import type { Deps } from "../../ground/deps.ts";
import type { Change } from "../../ground/http/commit.ts";
import { Problem } from "../../ground/http/problem.ts";
import { allowsLocal, endpointProblem } from "../../ground/http/public-host.ts";
import { existingStore } from "../../programme/store/store.ts";
import { SECRETS_OF } from "./requests.ts";
import type { AnalyticsExport, AnalyticsExportRequest } from "./schema.ts";
import { sealExportSecrets } from "./seal.ts";
import {
  countWaiting,
  deleteExport,
  existingExport,
  type ExportRow,
  findExport,
  lastLogged,
  presentExport,
  writeExport,
} from "./store.ts";

/**
 * Plans where a store's events go on to, from now on; what it is set to already goes on where it is. `asked` is the
 * request's URL. Throws a `Problem`: 404, 422 for what can't be sent to, 503 without a key to seal secrets under.
 */
export async function planExport(
  deps: Deps,
  storeId: string,
  given: AnalyticsExportRequest,
  asked: string,
): Promise<Change<AnalyticsExport>> {
  await existingStore(deps, storeId);
  const problem = endpointProblem(given.endpoint, allowsLocal(deps.config.publicUrl, asked));
  if (problem !== null) throw Problem.invalid("endpoint", problem);
  const before = await findExport(deps, storeId);
  const isSame = before !== null && before.format === given.format && before.endpoint === given.endpoint;
  const goesOn = before !== null && before.enabled;
  const now = deps.now();
  const row: ExportRow = {
    storeId,
    format: given.format,
    endpoint: given.endpoint,
    secrets: await secretsFor(deps, storeId, given, isSame ? before : null),
    enabled: given.enabled,
    // What was logged while nothing was to be sent is not sent.
    seq: goesOn ? before.seq : await lastLogged(deps),
    sent: isSame && goesOn ? before.sent : 0,
    attempts: 0,
    nextAt: now,
    failure: null,
    failingSince: null,
    version: (before?.version ?? 0) + 1,
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
  const shown = presentExport(row, await countWaiting(deps, row));
  return {
    statements: writeExport(deps, before, row),
    audit: [
      {
        action: before === null ? "create" : "update",
        entity: "analyticsExport",
        entityId: storeId,
        before: before === null ? null : presentExport(before, 0),
        after: shown,
      },
    ],
    status: 200,
    body: shown,
  };
}

/** Plans that nothing more is sent on. Throws a `Problem` (404). */
export async function planNoExport(deps: Deps, storeId: string): Promise<Change<null>> {
  const before = await existingExport(deps, storeId);
  return {
    statements: deleteExport(deps.d1, storeId, deps.now()),
    audit: [
      {
        action: "delete",
        entity: "analyticsExport",
        entityId: storeId,
        before: presentExport(before, 0),
        after: null,
      },
    ],
    status: 204,
    body: null,
  };
}

/**
 * The secrets to keep, sealed. Those of before stay only for what they were given for: else whoever may set an endpoint
 * could have secrets sent to it that nobody may read.
 */
async function secretsFor(
  { env, random }: Deps,
  storeId: string,
  { format, secrets }: AnalyticsExportRequest,
  before: ExportRow | null,
): Promise<string | null> {
  if (secrets === undefined && before !== null) return before.secrets;
  const { takes, needs } = SECRETS_OF[format];
  const given = Object.entries(secrets ?? {}).filter(([, secret]) => secret !== undefined);
  for (const [name] of given) {
    if (!takes.some((taken) => taken === name)) throw Problem.invalid(`secrets.${name}`, `is not taken by ${format}`);
  }
  const missing = needs.find((name) => secrets?.[name] === undefined);
  if (missing !== undefined) throw Problem.invalid(`secrets.${missing}`, "must be there");
  if (given.length === 0) return null;
  const sealed = await sealExportSecrets(env.VISITOR_KEY, random, storeId, Object.fromEntries(given));
  if (sealed === null) throw new Problem("unavailable", "VISITOR_KEY is not set, which secrets are sealed under.");
  return sealed;
}
