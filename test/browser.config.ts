import { defineConfig } from "vitest/config";

/** A real Chromium against a Worker that the test starts itself. Needs Chromium: see browser/chromium.ts. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["browser/**/*.test.ts"],
    environment: "node",
    testTimeout: 30_000,
    hookTimeout: 90_000,
  },
});
