import type { TestProject } from "vitest/node";
import { originsOf } from "../../scripts/shops/stand.ts";
import { startStands } from "../../scripts/shops/stands.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the stand-in shops are, by platform. */
    providerOrigins: Record<string, string>;
  }
}

/** Starts the stand-in shops once for all test files; each test makes shops of its own there. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stands = await startStands();
  project.provide("providerOrigins", originsOf(stands));
  return async () => {
    for (const stand of stands) await stand.close();
  };
}
