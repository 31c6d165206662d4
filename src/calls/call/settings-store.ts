import { eq } from "drizzle-orm";
import { callSettings } from "../../ground/db/schema/call.ts";
import type { Deps } from "../../ground/deps.ts";

/** How a store's calls are judged, and what callers are told. */
export interface CallSettings {
  /** A call that was answered and lasted so long is qualified, s. */
  qualifiedSeconds: number;
  /** A text, or the address of a recording; `null`: nothing is said. */
  announcement: string | null;
}

/** What holds for stores that say nothing else. */
export const CALL_SETTINGS: Readonly<CallSettings> = { qualifiedSeconds: 30, announcement: null };

/** How a store's calls are judged, and which write of that it was: 0 for what nobody wrote. */
export async function callSettingsOf(
  { db }: Pick<Deps, "db">,
  storeId: string,
): Promise<CallSettings & { version: number }> {
  const [row] = await db.select().from(callSettings).where(eq(callSettings.storeId, storeId));
  const { qualifiedSeconds, announcement } = row ?? CALL_SETTINGS;
  return { qualifiedSeconds, announcement, version: row?.version ?? 0 };
}
