import { randomOf } from "../shops/random.ts";

/** Draws that are the same each time: a demo's numbers must not differ from start to start. */
export class Chance {
  /** From 0 up to 1, without it. */
  readonly next: () => number;

  constructor(seed: number) {
    this.next = randomOf(seed);
  }

  /** A whole number from `from` to `to`, both in. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  /** Whether something happens that does so with this probability. */
  happens(probability: number): boolean {
    return this.next() < probability;
  }

  /** A whole number whose mean is this one: what is behind the point decides how often it is rounded up. */
  about(mean: number): number {
    const varied = mean * (0.7 + 0.6 * this.next());
    return Math.floor(varied) + (this.happens(varied % 1) ? 1 : 0);
  }

  /** One of a list, each as likely as its weight says. Throws a `RangeError` for an empty list. */
  of<Item>(weighted: readonly (readonly [item: Item, weight: number])[]): Item {
    let left = this.next() * weighted.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [item, weight] of weighted) {
      left -= weight;
      if (left < 0) return item;
    }
    const last = weighted.at(-1);
    if (last === undefined) throw new RangeError("nothing to draw from");
    return last[0];
  }
}
