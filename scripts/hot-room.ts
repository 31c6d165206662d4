import { gzipSync } from "node:zlib";
import { build, type Plugin } from "esbuild";
import { ROOT } from "./root.ts";

/** The most that the hot room may weigh, minified and gzipped. */
export const MAX_HOT_ROOM_BYTES = 15 * 1024;

/** What is loaded before the first request, and with it what a redirect needs. */
export interface HotRoom {
  /** Paths of the source files in it, from the repository's root. */
  modules: string[];
  /** All of it as one minified module. */
  code: Uint8Array;
  gzipBytes: number;
}

/** Leaves out what is behind an `import()`. */
const withoutOtherRooms: Plugin = {
  name: "without-other-rooms",
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ kind, path }) =>
      kind === "dynamic-import" ? { path, external: true } : null,
    );
  },
};

/**
 * Measures the hot room: the entry and whatever it imports statically, as one file, since Wrangler makes
 * one of everything. Rejects if the Worker doesn't compile.
 */
export async function hotRoom(): Promise<HotRoom> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ["src/index.ts"],
    bundle: true,
    format: "esm",
    target: "esnext",
    minify: true,
    metafile: true,
    write: false,
    logLevel: "silent",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    plugins: [withoutOtherRooms],
  });
  const code = outputFiles[0]?.contents ?? new Uint8Array();

  // By what files import, not by what is left of them: a constant that was written out where it is used is loaded too.
  const modules = new Set(["src/index.ts"]);
  for (const module of modules) {
    for (const { path, kind } of metafile.inputs[module]?.imports ?? []) {
      if (kind === "import-statement" && path in metafile.inputs) modules.add(path);
    }
  }
  return { modules: [...modules], code, gzipBytes: gzipSync(code).length };
}
