import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { workerBundle } from "../scripts/worker-bundle.ts";
import { BINDINGS, bundle, COMPATIBILITY_DATE, DIRECT_SOCKET, migrate } from "./miniflare.ts";
import { median, readable } from "./result.ts";

/** Addresses of the Worker, and of what writes its history. */
export interface Origins {
  waymark: string;
  maker: string;
}

/**
 * Runs the bundle that would be deployed, asked through no proxy, beside a Worker of the benchmark's (`maker`, its file) that
 * has the same database under the names `bindings`. Rejects as `measure` does.
 */
export async function withPages<Measured>(
  maker: string,
  bindings: Readonly<Record<string, string>>,
  measure: (origins: Origins) => Promise<Measured>,
): Promise<Measured> {
  const directory = await mkdtemp(join(tmpdir(), "waymark-bench-"));
  const [{ code }, script] = await Promise.all([workerBundle(directory), bundle(maker)]);
  const shared = { modules: true, compatibilityDate: COMPATIBILITY_DATE, unsafeDirectSockets: [DIRECT_SOCKET] };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        {
          ...shared,
          name: "waymark",
          script: code,
          d1Databases: { DB: "pages" },
          bindings: BINDINGS,
        },
        { ...shared, name: "maker", script, d1Databases: { ...bindings } },
      ],
    }),
  );
  try {
    await migrate(miniflare, "DB", "waymark");
    const [waymark, made] = await Promise.all(["waymark", "maker"].map((name) => miniflare.unsafeGetDirectURL(name)));
    return await measure({ waymark: waymark?.origin ?? "", maker: made?.origin ?? "" });
  } finally {
    await miniflare.dispose();
    await rm(directory, { recursive: true });
  }
}

/** Has a maker do one of its steps. Rejects if it can't. */
export async function askMaker<Answer>(
  origin: string,
  step: string,
  given: Readonly<Record<string, number | string>>,
): Promise<Answer> {
  const query = new URLSearchParams(Object.entries(given).map(([name, value]) => [name, String(value)]));
  const response = await fetch(`${origin}/${step}?${query.toString()}`);
  if (!response.ok) throw new Error(`${step}: ${response.status} ${await response.text()}`);
  return response.json<Answer>();
}

/** What was seen of a page. */
export interface Seen {
  name: string;
  /** The middle of all views but the first, from the request to the end of its answer, ms. */
  ms: number;
  /** Of HTML, not compressed. */
  bytes: number;
  /** What it took at first, which loads what it is made of, and at least and at most then. */
  note: string;
}

/** Opens pages in turns, so many times and once before. Rejects if one isn't answered as it should be. */
export async function viewPages(
  base: string,
  pages: Readonly<Record<string, string>>,
  views: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<Seen[]> {
  const seen = Object.entries(pages).map(([name, path]) => ({ name, path, times: [] as number[], bytes: 0 }));
  for (let turn = 0; turn <= views; turn++) {
    for (const page of seen) {
      const startedAt = performance.now();
      const response = await fetch(base + page.path, { headers, redirect: "manual" });
      const body = await response.arrayBuffer();
      page.times.push(performance.now() - startedAt);
      if (response.status !== 200) {
        throw new Error(`${page.path} answered ${response.status}: ${new TextDecoder().decode(body).slice(0, 400)}`);
      }
      page.bytes = body.byteLength;
    }
  }
  return seen.map(({ name, times: [first = 0, ...times], bytes }) => ({
    name,
    ms: median(times),
    bytes,
    note: `${readable(first)} ms at first, then ${readable(Math.min(...times))} to ${readable(Math.max(...times))} ms, ${readable(bytes)} bytes.`,
  }));
}
