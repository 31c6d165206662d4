import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../scripts/root.ts";

/** Files that break a rule each, by what the rule says of them; `null`: it says nothing. */
const FILES: Readonly<Record<string, { text: string; says: string | null }>> = {
  "src/links/link/climb.ts": {
    text: 'import type { Entry } from "../../books/ledger/entry.ts";\nexport type Paid = Entry;\n',
    says: "links comes before books: mark the order as due",
  },
  "src/ground/model/climb.ts": {
    text: 'export { entry } from "../../journal/audit/entry.ts";\n',
    says: "ground comes before journal",
  },
  "src/sales/order/climb-store.ts": {
    text: 'export const load = () => import("../../reports/report/rows.ts");\n',
    says: "sales comes before reports",
  },
  "src/books/ledger/composed.ts": {
    text: 'import { createApp } from "../../app.ts";\nexport const app = createApp();\n',
    says: "no wing knows it",
  },
  "src/books/ledger/downhill.ts": {
    text: 'import type { Order } from "../../sales/order/order.ts";\nexport type Sold = Order;\n',
    says: null,
  },
  "src/sales/order/one.ts": {
    text: 'import type { Two } from "./two.ts";\nexport interface One {\n  two: Two;\n}\n',
    says: "Dependency cycle",
  },
  "src/sales/order/two.ts": {
    text: 'import type { One } from "./one.ts";\nexport interface Two {\n  one: One;\n}\n',
    says: "Dependency cycle",
  },
  "src/books/ledger/decide.ts": {
    text: "export const read = (d1: D1Database) => d1;\n",
    says: "A pure file touches no platform",
  },
  "src/books/ledger/decide-store.ts": { text: "export const read = (d1: D1Database) => d1;\n", says: null },
  "src/books/ledger/age.ts": { text: "export const age = (at: number) => Date.now() - at;\n", says: "reads no clock" },
  "src/books/ledger/draw.ts": {
    text: "export const id = () => crypto.randomUUID();\n",
    says: "draws no random number",
  },
  "src/books/ledger/wire.ts": {
    text: 'import * as z from "../../ground/http/zod.ts";\nexport const text = z.string();\n',
    says: "A pure file touches no platform",
  },
  "src/books/ledger/named-schema.ts": {
    text: 'import { z } from "@hono/zod-openapi";\nexport const text = z.string();\n',
    says: "Take zod as",
  },
  "src/books/ledger/direct-schema.ts": {
    text: 'import * as z from "zod";\nexport const text = z.string();\n',
    says: "Take zod as",
  },
  "src/books/ledger/mini-schema.ts": {
    text: 'import * as z from "zod/mini";\nexport const text = z.string();\n',
    says: "Take zod as",
  },
  "src/books/ledger/whole-schema.ts": {
    text: 'import * as z from "../../ground/http/zod.ts";\nexport const text = z.string();\n',
    says: null,
  },
};

interface Diagnostic {
  message: string;
  help?: string;
  filename: string;
}

describe("the lint configuration", () => {
  /** A house of its own, with the same rules. */
  let probe = "";
  let found: Diagnostic[] = [];

  beforeAll(async () => {
    probe = await mkdtemp(join(tmpdir(), "waymark-lint-"));
    for (const [path, { text }] of Object.entries(FILES)) {
      await mkdir(dirname(join(probe, path)), { recursive: true });
      await writeFile(join(probe, path), text);
    }
    await cp(join(ROOT, "oxlint.config.ts"), join(probe, "oxlint.config.ts"));
    await symlink(join(ROOT, "node_modules"), join(probe, "node_modules"));
    found = await lint(probe);
  });

  afterAll(() => rm(probe, { recursive: true, force: true }));

  it.each(Object.entries(FILES))("judges %s", (path, { says }) => {
    const said = found
      .filter(({ filename }) => filename === path)
      .map(({ message, help }) => `${message} ${help ?? ""}`);
    if (says === null) expect(said).toEqual([]);
    else expect(said.join("\n")).toContain(says);
  });
});

/** What the linter finds in a house. */
async function lint(house: string): Promise<Diagnostic[]> {
  const bin = join(ROOT, "node_modules", "oxlint", "bin", "oxlint");
  const args = [bin, "--format", "json", "src"];
  const text = await new Promise<string>((resolve) => {
    // It ends with 1 when it finds something.
    execFile(process.execPath, args, { cwd: house }, (_error, stdout) => resolve(stdout));
  });
  return (JSON.parse(text) as { diagnostics: Diagnostic[] }).diagnostics;
}
