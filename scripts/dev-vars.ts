import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { devVarsProblems } from "./check-dev-vars.ts";
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

/**
 * The admin key of local runs. Throws a {@link Failure} that says what to do if `.dev.vars` can't be used: a Worker
 * that runs with half of its secrets counts, credits and opens less than it seems to.
 */
export async function readAdminKey(): Promise<string> {
  const text = await readDevVars();
  const problems = devVarsProblems(text);
  if (problems.length > 0) throw new Failure(`.dev.vars can't be used:\n\n${listed(problems)}\n\n${REMEDY}`);
  return parseEnv(text).ADMIN_API_KEY ?? "";
}

/**
 * Whether a local run may lead calls to shops to stand-ins of its own: `.dev.vars` names none itself, and no public
 * address, with which the Worker takes none.
 */
export async function takesStandIns(): Promise<boolean> {
  const { PROVIDER_ORIGINS = "", PUBLIC_URL = "" } = parseEnv(await readDevVars());
  return PROVIDER_ORIGINS === "" && !PUBLIC_URL.startsWith("https:");
}

const REMEDY = `Either correct it. This makes a secret (CLICK_TOKEN_KEYS has "1:" in front of it):

  node -p "crypto.randomBytes(32).toString('base64url')"

Or delete .dev.vars and start again: it is made anew with fresh secrets. What local data holds stays, but with
another VISITOR_KEY known customers are strangers, and with other CLICK_TOKEN_KEYS earlier click ids credit nobody.`;

const listed = (problems: readonly string[]): string => problems.map((problem) => `  - ${problem}`).join("\n");

async function readDevVars(): Promise<string> {
  try {
    return await readFile(DEV_VARS, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EISDIR") throw new Failure(".dev.vars is a directory. Remove it and start again.");
    if (code === "EACCES") throw new Failure(".dev.vars can't be read by this user. Run: chmod u+rw .dev.vars");
    throw new Failure(`.dev.vars can't be read: ${message}`);
  }
}
