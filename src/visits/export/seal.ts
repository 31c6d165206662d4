import { openSecret, sealSecret } from "../../programme/store/secret.ts";
import type { ExportSecrets } from "./requests.ts";

/** What an export's secrets are sealed for: they open as nothing else, nor as another store's. */
const PURPOSE = "analytics export";

/** Seals an export's secrets for its row; `null` where the deployment has no key to seal them under. */
export async function sealExportSecrets(
  visitorKey: string | undefined,
  random: (bytes: Uint8Array) => void,
  storeId: string,
  secrets: ExportSecrets,
): Promise<string | null> {
  return sealSecret(visitorKey, random, `${storeId} ${PURPOSE}`, JSON.stringify(secrets));
}

/** Opens an export's secrets; `null` if they were sealed for another store or under another key. One without any has none. */
export async function openExportSecrets(
  visitorKey: string | undefined,
  storeId: string,
  sealed: string | null,
): Promise<ExportSecrets | null> {
  if (sealed === null) return {};
  const opened = await openSecret(visitorKey, `${storeId} ${PURPOSE}`, sealed);
  return opened === null ? null : (JSON.parse(opened) as ExportSecrets);
}
