import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../scripts/root.ts";

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

const wings = readdirSync(join(ROOT, "src"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe("the house", () => {
  it.each([
    ["routes.ts", "src/app.ts"],
    ["jobs.ts", "src/cron.ts"],
    ["queues.ts", "src/queue.ts"],
  ])("leaves out no wing's %s", (file, list) => {
    const bringing = wings.filter((wing) => existsSync(join(ROOT, "src", wing, file)));
    expect(bringing.length).toBeGreaterThan(1);
    expect(bringing.filter((wing) => !read(list).includes(`"./${wing}/${file}"`))).toEqual([]);
  });

  it.each(wings)("has every route of %s composed by the wing", (wing) => {
    const routes = readdirSync(join(ROOT, "src", wing), { recursive: true, encoding: "utf8" }).filter(
      (path) => /\/(?:[\w-]+-)?routes\.ts$/.test(path) && /export const \w+Routes\b/.test(read(`src/${wing}/${path}`)),
    );
    const composed = routes.length === 0 ? "" : read(`src/${wing}/routes.ts`);
    expect(routes.filter((path) => !composed.includes(`"./${path}"`))).toEqual([]);
  });

  it("is described by the README wing by wing, and by the linter", () => {
    const lint = read("oxlint.config.ts");
    for (const wing of wings) {
      expect(read("README.md")).toContain(`\`src/${wing}/\``);
      expect(lint).toContain(`{ name: "${wing}"`);
    }
  });

  it("has every file that a document names", () => {
    const documents = [
      "README.md",
      "CONTRIBUTING.md",
      ...readdirSync(join(ROOT, "docs"))
        .filter((name) => name.endsWith(".md"))
        .map((name) => `docs/${name}`),
    ];
    const named = documents.flatMap((document) =>
      [...read(document).matchAll(/`((?:src|test|docs|migrations|scripts|bench)\/[\w./-]+)`/g)].map(
        ([, path = ""]) => ({
          document,
          path,
        }),
      ),
    );
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter(({ path }) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});
