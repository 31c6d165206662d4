import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { join } from "node:path";
import { ROOT } from "./root.ts";

/** The most that the hot room may weigh, minified and gzipped. */
export const MAX_HOT_ROOM_BYTES = 40 * 1024;

/** What is loaded before the first request, and with it what a redirect needs. */
export interface HotRoom {
  /** Paths of the source files in it, from the repository's root. */
  modules: string[];
  /** Minified and gzipped. */
  gzipBytes: number;
}

/**
 * Measures the hot room: the entry and whatever it imports statically. Wrangler makes one file of
 * everything; splitting it shows what isn't behind an `import()`. Rejects if the Worker doesn't
 * compile.
 */
export async function hotRoom(): Promise<HotRoom> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ["src/index.ts"],
    outdir: "dist/hot-room",
    bundle: true,
    splitting: true,
    format: "esm",
    target: "esnext",
    minify: true,
    metafile: true,
    write: false,
    logLevel: "silent",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
  });

  const entry = Object.keys(metafile.outputs).find((path) => metafile.outputs[path]?.entryPoint === "src/index.ts");
  const chunks = new Set(entry === undefined ? [] : [entry]);
  // A set hands out what is added while it is walked.
  for (const chunk of chunks) {
    for (const { path, kind } of metafile.outputs[chunk]?.imports ?? []) {
      if (kind === "import-statement" && path in metafile.outputs) chunks.add(path);
    }
  }

  const paths = new Set([...chunks].map((chunk) => join(ROOT, chunk)));
  const code = outputFiles.filter((file) => paths.has(file.path)).map((file) => file.contents);

  // By what files import, not by what is left of them: a constant that was written out where it is used is loaded too.
  const modules = new Set(["src/index.ts"]);
  for (const module of modules) {
    for (const { path, kind } of metafile.inputs[module]?.imports ?? []) {
      if (kind === "import-statement" && path in metafile.inputs) modules.add(path);
    }
  }
  return { modules: [...modules], gzipBytes: gzipSync(Buffer.concat(code)).length };
}
