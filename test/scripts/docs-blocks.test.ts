import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { announcedErrors, shellBlocks } from "../../scripts/docs-blocks.ts";
import { ROOT } from "../../scripts/root.ts";

const run = promisify(execFile);

/** What only GNU's tools know, or write differently: macOS has others. */
const GNU_ONLY =
  /\bdate\b[^\n|;)]*\s(?:-d|--date)\b|\bsed\s+(?:-i\b|[^\n]*--in-place)|\bgrep\s+-[a-zA-Z]*P|\breadlink\s+-f|\bbase64\s+-w|\bxargs\s+-r|\bstat\s+-c/;

const docs = (await readdir(join(ROOT, "docs"))).filter((name) => name.endsWith(".md"));
const files = ["README.md", ...docs.map((name) => `docs/${name}`)];

describe("the shell blocks of a Markdown file", () => {
  it("are read with their line, without their indentation", () => {
    const text = "# A\n\n```sh\none\n```\n\n- b:\n  ```sh\n  two \\\n    three\n  ```\n\n```sql\nno\n```\n";
    expect(shellBlocks(text)).toEqual([
      { line: 4, text: "one\n" },
      { line: 9, text: "two \\\n  three\n" },
    ]);
    expect(shellBlocks("```sh\nnpm ci && npm start\n```\n\n```sh\nnpx wrangler secret put X\n```\n")).toEqual([]);
  });

  it("announce the errors that they show", () => {
    expect(announcedErrors({ line: 1, text: "one    # 422, path\ntwo # fine 1001\nthree 404\nfour # 409\n" })).toEqual([
      409, 422,
    ]);
  });
});

describe.each(files)("G-28: the commands of %s", async (file) => {
  const blocks = shellBlocks(await readFile(join(ROOT, file), "utf8"));

  it("are shell, and need no tool of GNU's alone", async () => {
    for (const { line, text } of blocks) {
      await expect(run("bash", ["-n", "-c", text]), `${file}:${line}`).resolves.toBeDefined();
      expect(GNU_ONLY.exec(text)?.[0], `${file}:${line}`).toBeUndefined();
    }
  });
});

describe("the recipes of all docs on one deployment", () => {
  it("make stores that can be told apart by their names", async () => {
    const made = await Promise.all(
      files.map(async (file) => {
        const blocks = shellBlocks(await readFile(join(ROOT, file), "utf8"));
        const bodies = blocks.flatMap(({ text }) => [
          ...text.matchAll(/\/api\/v1\/stores["']? -d '\{\s*"name": ?"([^"]+)"/g),
        ]);
        return bodies.map(([, name = ""]) => name);
      }),
    );
    const names = made.flat();
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});
