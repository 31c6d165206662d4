import { defineConfig } from "vitest/config";

/** Pure rules, in plain Node: no Worker, no storage. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["**/*.test.ts"],
    exclude: ["**/*.worker.test.ts", "browser/**"],
    environment: "node",
    // A process of its own would load its modules anew for each file.
    isolate: false,
    testTimeout: 30_000,
    // What comes by another process comes when a busy machine lets it.
    expect: { poll: { timeout: 20_000 } },
  },
});
