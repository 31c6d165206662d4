import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

/** What anybody may send, against the pure readers: thousands of cases a field, in plain Node. */
export default defineConfig({
  test: {
    root: resolve(import.meta.dirname),
    include: ["*.fuzz.ts"],
    environment: "node",
    testTimeout: 60_000,
  },
});
