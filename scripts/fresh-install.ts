import { cp, mkdtemp, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./root.ts";

/** What a fresh install consists of, but for what `npm ci` brings. */
const PARTS = [
  ".dev.vars.example",
  ".env",
  "README.md",
  "docs",
  "migrations",
  "package.json",
  "scripts",
  "src",
  "tsconfig.json",
  "wrangler.toml",
];

/** Copies this repository into a temporary directory, whose name begins so, and returns its path. */
export async function freshInstall(prefix: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), prefix));
  for (const part of PARTS) await cp(join(ROOT, part), join(directory, part), { recursive: true });
  await symlink(join(ROOT, "node_modules"), join(directory, "node_modules"));
  return directory;
}
