import type { CartStanding } from "../../visits/cart/state.ts";
import { outcomeAt, type StepOutcome } from "../../visits/cart/judged.ts";

/** What became of carts at a step. */
export interface StepFigures extends Record<StepOutcome, number> {
  step: string;
  /** Carts that came to it: each went on, was left there, or is open there. */
  entered: number;
  /** From its first entering to that of a later step or to the order; `null`: none went on. */
  medianMsToNext: number | null;
}

/** Counts the carts of a checkout by the steps of a plan. */
export class Funnel {
  /** Carts that came to a step of the plan, and those of them that were bought. */
  carts = 0;
  bought = 0;
  readonly #plan: readonly string[];
  readonly #steps: (Record<StepOutcome, number> & { times: number[] })[];

  constructor(plan: readonly string[]) {
    this.#plan = plan;
    this.#steps = plan.map(() => ({ continued: 0, left: 0, open: 0, times: [] }));
  }

  add(cart: CartStanding): void {
    let entered = false;
    for (const [place, step] of this.#steps.entries()) {
      const name = this.#plan[place] ?? "";
      const outcome = outcomeAt(cart, name, this.#plan);
      if (outcome === null) continue;
      entered = true;
      step[outcome] += 1;
      const time = timeToNext(cart, name, this.#plan);
      if (time !== null) step.times.push(time);
    }
    if (!entered) return;
    this.carts += 1;
    if (cart.boughtAt !== null) this.bought += 1;
  }

  get steps(): StepFigures[] {
    return this.#steps.map(({ times, ...outcomes }, place) => ({
      step: this.#plan[place] ?? "",
      entered: outcomes.continued + outcomes.left + outcomes.open,
      ...outcomes,
      medianMsToNext: medianOf(times),
    }));
  }
}

function timeToNext({ steps, boughtAt }: CartStanding, name: string, plan: readonly string[]): number | null {
  const at = steps.find((step) => step.name === name)?.at;
  if (at === undefined) return null;
  const later = steps.filter((step) => plan.indexOf(step.name) > plan.indexOf(name)).map((step) => step.at);
  const next = [...later, ...(boughtAt === null ? [] : [boughtAt])].filter((time) => time >= at);
  return next.length === 0 ? null : Math.min(...next) - at;
}

/** The middle one; of an even number the mean of the middle two, whole. */
function medianOf(times: readonly number[]): number | null {
  const sorted = times.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? null : Math.round((low + high) / 2);
}
