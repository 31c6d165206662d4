import type { Reporter, TestModule, TestSpecification, Vitest } from "vitest/node";

/** How long Vitest may take to end after the last file has, ms. */
const PATIENCE_MS = 60_000;

/**
 * Ends a run whose files have all ended, if Vitest doesn't. With a Worker for many files, now and then one falls
 * silent between its last test and saying that it is done, and Vitest would wait for ever. What the tests came to
 * is known by then, and decides.
 */
export class Ended implements Reporter {
  #open = 0;
  #failed = 0;
  #timer: NodeJS.Timeout | undefined;
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    this.#open = specifications.length;
  }

  onTestModuleEnd(module: TestModule): void {
    this.#open -= 1;
    if (!module.ok()) this.#failed += 1;
    if (this.#open === 0) this.#timer = setTimeout(() => this.#end(), PATIENCE_MS);
  }

  onTestRunEnd(): void {
    clearTimeout(this.#timer);
  }

  #end(): never {
    // An error outside of all tests fails a run that ends by itself too.
    const errors = this.#vitest?.state.getUnhandledErrors() ?? [];
    console.error(
      "Every file has ended, and a Worker doesn't say so: ended by hand.",
      `Files that failed: ${this.#failed}.`,
      ...errors,
    );
    process.exit(this.#failed === 0 && errors.length === 0 ? 0 : 1);
  }
}
