import type { D1Migration } from "@cloudflare/vitest-plugin";

declare global {
  namespace Cloudflare {
    interface Env {
      /** Added by `worker.config.ts`. */
      TEST_MIGRATIONS: D1Migration[];
    }
  }
}
