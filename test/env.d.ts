import type { D1Migration } from "@cloudflare/vitest-plugin";

declare global {
  namespace Cloudflare {
    interface Env {
      /** Added by `worker.config.ts`. */
      TEST_MIGRATIONS: D1Migration[];
      /** Those of a click database. */
      TEST_CLICK_MIGRATIONS: D1Migration[];
      /** Histories that `books.property.test.ts` plays, and where they begin; empty: as usual. */
      BOOKS_RUNS: string;
      BOOKS_SEED: string;
      PACK_ROWS: string;
      /** See `property-runs.ts`. */
      PROPERTY_RUNS: string;
    }
  }
}
