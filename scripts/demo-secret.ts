import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AdminApi } from "./admin-api.ts";

/** Beside the local data that it belongs to: whoever deletes one deletes both. */
const FILE = "demo-store-secret";

/** Where the demo store's secret is kept. */
export function demoSecretFile(state: string): string {
  return join(state, FILE);
}

/**
 * The demo store's secret, by which its shop confirms orders. It is shown once, so it is kept in a file that its
 * owner alone can read; where there is none, the store is given a new one. `made` is the secret of a store just
 * made. Throws what the API calls throw.
 */
export async function keepDemoSecret(
  api: AdminApi,
  state: string,
  { storeId, made }: { storeId: string; made: string | null },
): Promise<string> {
  const file = demoSecretFile(state);
  if (made === null) {
    const kept = await readIfThere(file);
    if (kept !== "") return kept;
  }
  const secret = made ?? (await api.call<{ secret: string }>("POST", `/stores/${storeId}/rotate-secret`)).secret;
  await writeDemoSecret(state, secret);
  return secret;
}

/** Keeps the demo store's secret, where only its owner reads it. */
export async function writeDemoSecret(state: string, secret: string): Promise<void> {
  await writeFile(demoSecretFile(state), `${secret}\n`, { mode: 0o600 });
}

async function readIfThere(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
