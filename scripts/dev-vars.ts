import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { Failure } from "./failure.ts";
import { ROOT } from "./root.ts";

/** The file that wrangler reads local secrets from. */
const DEV_VARS = join(ROOT, ".dev.vars");

const random = (): string => randomBytes(32).toString("base64url");

const FRESH: Readonly<Record<string, () => string>> = {
  ADMIN_API_KEY: () => `wmk_dev_${random()}`,
  CLICK_TOKEN_KEYS: () => `1:${random()}`,
  VISITOR_KEY: random,
};

/**
 * Makes `.dev.vars` out of `.dev.vars.example` with fresh secrets, readable by its owner alone.
 * Returns `false` and changes nothing where it exists.
 */
export async function createDevVars(): Promise<boolean> {
  const example = await readFile(`${DEV_VARS}.example`, "utf8");
  const text = example.replaceAll(/^([A-Z_]+)=.*$/gm, (line, name: string) => {
    const fresh = FRESH[name];
    return fresh === undefined ? line : `${name}=${fresh()}`;
  });
  try {
    // "wx": of two starts at once, one writes.
    await writeFile(DEV_VARS, text, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** The admin key of local runs. Throws a {@link Failure} if `.dev.vars` has none. */
export async function readAdminKey(): Promise<string> {
  const key = parseEnv(await readFile(DEV_VARS, "utf8")).ADMIN_API_KEY;
  if (key) return key;
  throw new Failure("ADMIN_API_KEY is missing in .dev.vars. Delete the file to have it made anew.");
}
