import { defineConfig } from "vitest/config";

/** Pure rules, in plain Node: no Worker, no storage. */
export default defineConfig({
  test: { root: import.meta.dirname, include: ["unit/**/*.test.ts"], environment: "node", testTimeout: 30_000 },
});
