import { statementOf } from "../../ground/db/client.ts";
import { mustHold } from "../../ground/db/premise.ts";
import { callSettings } from "../../ground/db/schema/call.ts";
import type { Deps } from "../../ground/deps.ts";
import type { Change } from "../../ground/http/commit.ts";
import { existingStore } from "../../programme/store/store.ts";
import { type CallSettings, callSettingsOf } from "./settings-store.ts";

/** Settings as the API shows them. */
export type ShownSettings = CallSettings & { storeId: string };

/** Plans how a store's calls are judged from now on. Throws a `Problem` (404). */
export async function planCallSettings(
  deps: Deps,
  storeId: string,
  given: CallSettings,
): Promise<Change<ShownSettings>> {
  await existingStore(deps, storeId);
  const { version, ...before } = await callSettingsOf(deps, storeId);
  const values = { ...given, version: version + 1, updatedAt: deps.now() };
  return {
    statements: [
      mustHold(
        deps.d1,
        `EXISTS (SELECT 1 FROM stores WHERE id = ?1 AND deleted_at IS NULL)
           AND coalesce((SELECT version FROM call_settings WHERE store_id = ?1), 0) = ?2`,
        storeId,
        version,
      ),
      statementOf(
        deps.d1,
        deps.db
          .insert(callSettings)
          .values({ storeId, ...values })
          .onConflictDoUpdate({ target: callSettings.storeId, set: values }),
      ),
    ],
    audit: [{ action: "update", entity: "callSettings", entityId: storeId, before, after: given }],
    status: 200,
    body: { storeId, ...given },
  };
}
