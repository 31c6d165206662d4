import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { SourceMapPayload } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readStack } from "../../scripts/stack-read.ts";
import { MAX_WORKER_BYTES, type WorkerBundle, workerBundle } from "../../scripts/worker-bundle.ts";

const KEY = "test-bootstrap-key-of-32-or-more-characters";

/** What is deployed isn't quite what the other tests load: it is bundled, minified, and has but a part of zod. */
describe("the Worker as it is deployed", () => {
  let directory = "";
  let bundle: WorkerBundle;
  let miniflare: Miniflare;
  let log = "";

  const ask = async (path: string) => {
    const worker = await miniflare.getWorker("waymark");
    const response = await worker.fetch(`https://go.brand.example${path}`, {
      headers: { Authorization: `Bearer ${KEY}` },
    });
    return { status: response.status, text: await response.text() };
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "waymark-bundle-"));
    bundle = await workerBundle(directory);
    miniflare = new Miniflare(
      convertV4MiniflareOptions({
        handleStructuredLogs: ({ message }: { message: string }) => {
          log += message;
        },
        workers: [
          {
            name: "waymark",
            modules: [{ type: "ESModule", path: "index.js", contents: bundle.code }],
            compatibilityDate: "2026-08-01",
            bindings: { ADMIN_API_KEY: KEY, VISITOR_KEY: KEY },
            d1Databases: { DB: "empty" },
          },
        ],
      }),
    );
  }, 60_000);

  afterAll(async () => {
    await miniflare.dispose();
    await rm(directory, { recursive: true });
  });

  it("is light", () => {
    expect(bundle.gzipBytes).toBeGreaterThan(100_000);
    expect(bundle.gzipBytes).toBeLessThanOrEqual(MAX_WORKER_BYTES);
  });

  it("has nothing of scripts in it, such as what writes the demo's history", async () => {
    const meta = JSON.parse(await readFile(join(directory, "bundle-meta.json"), "utf8")) as { inputs: object };
    const inputs = Object.keys(meta.inputs);
    expect(inputs).toContain("src/index.ts");
    expect(inputs.filter((path) => /(?:^|\/)scripts\//.test(path) && !path.includes("node_modules"))).toEqual([]);
    expect(["history-worker", "NINA10"].filter((part) => bundle.code.includes(part))).toEqual([]);
  });

  it("loads all of its routes, and describes them", async () => {
    const { status, text } = await ask("/openapi.json");
    expect(status).toBe(200);
    expect(Object.keys((JSON.parse(text) as { paths: object }).paths).length).toBeGreaterThan(80);
  });

  it("says in its own words what is wrong with a request", async () => {
    const { status, text } = await ask("/api/v1/links?limit=none");
    expect(status).toBe(422);
    expect(JSON.parse(text)).toMatchObject({ errors: [{ path: "limit" }] });
    expect(text).not.toContain("Invalid input");
  });

  it("logs a stack that its source map reads", async () => {
    // The database has no tables.
    expect((await ask("/api/v1/links")).status).toBe(500);
    await expect.poll(() => log, { timeout: 10_000 }).toContain('"event":"unhandled"');
    const map = JSON.parse(await readFile(join(directory, "index.js.map"), "utf8")) as SourceMapPayload;
    expect(log).not.toContain("src/links/link/");
    expect(readStack(log, map)).toMatch(/src\/links\/link\/\w+\.ts:\d+:\d+/);
  });
});
