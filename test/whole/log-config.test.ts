import { readFile } from "node:fs/promises";
import { glob } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { experimental_readRawConfig } from "wrangler";
import { ROOT } from "../../scripts/root.ts";

/** The sources of the Worker. The snippet runs in shops' pages, and `worker-env.d.ts` is made. */
async function sources(): Promise<[path: string, text: string][]> {
  const found: [string, string][] = [];
  for await (const path of glob("src/**/*.ts", { cwd: ROOT })) {
    if (path.startsWith("src/sales/snippet/") || path.endsWith(".d.ts") || path.endsWith(".generated.ts")) continue;
    found.push([path, await readFile(join(ROOT, path), "utf8")]);
  }
  return found;
}

/** The calls of `console` in a source, each from its name to the end of its arguments. */
function consoleCalls(text: string): string[] {
  return [...text.matchAll(/\bconsole\.\w+/g)].map(({ index }) => {
    let depth = 0;
    for (let end = text.indexOf("(", index); end < text.length; end++) {
      if (text[end] === "(") depth++;
      else if (text[end] === ")" && --depth === 0) return text.slice(index, end + 1);
    }
    return text.slice(index);
  });
}

describe("G-7: what Cloudflare logs", () => {
  it("is the Worker's own lines alone, in every environment", () => {
    const { rawConfig } = experimental_readRawConfig({ config: join(ROOT, "wrangler.toml") });
    const environments = [rawConfig, ...Object.values(rawConfig.env ?? {})];
    for (const { observability } of environments) {
      expect(observability).toMatchObject({
        redact_query_string: true,
        logs: { invocation_logs: false },
        traces: { enabled: false },
      });
    }
    for (const other of ["logpush", "tail_consumers", "streaming_tail_consumers"]) {
      expect(rawConfig).not.toHaveProperty(other);
    }
  });
});

describe("G-7: what the Worker logs", () => {
  it("is made of events, and says of errors what errorText does", async () => {
    const files = await sources();
    const calls = files.flatMap(([path, text]) => consoleCalls(text).map((call) => [path, call] as const));
    expect(calls.length).toBeGreaterThan(30);
    for (const [path, call] of calls) {
      expect(call, path).toMatch(/^console\.(?:error|warn)\(\s*JSON\.stringify\((?:\{\s*event(?::|\b)|event\))/);
      expect(call.replaceAll("errorStack(error)", ""), path).not.toMatch(
        /String\(|\.message\b|\.stack\b|\.url\b|\.headers\b|\brequest\b|\baddress\b|\bquery\b|\bparams\b|\btoken\b(?!_)/,
      );
    }
    for (const [path, text] of files) {
      if (path === "src/ground/error-text.ts" || path === "src/ground/db/retry.ts") continue;
      expect(text, path).not.toMatch(/\bString\((?:error|failure|storage|cause|reason|problem)\)/);
    }
  });
});
