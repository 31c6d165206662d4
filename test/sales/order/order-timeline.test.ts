import { describe, expect, test } from "vitest";
import type { OrderStatus } from "../../../src/ground/model/order.ts";
import { type Moment, stepsOf } from "../../../src/sales/order/timeline.ts";

const moment = (time: number, effect: Moment["effect"], values: Partial<Moment> = {}): Moment => ({
  time,
  cause: "source",
  actor: null,
  reason: null,
  periodId: null,
  payoutId: null,
  ...values,
  effect,
});

const stands = (time: number, status: OrderStatus, values?: Partial<Moment>) => moment(time, { status }, values);
const lock = (time: number) => moment(time, { locked: true }, { cause: "period", periodId: "per_1" });
const run = (time: number, at: "draft" | "paid" | "closed", payoutId = "pay_1") =>
  moment(time, { run: at }, { cause: "payout", payoutId });

/** The steps as `time: from > to`. */
const told = (...moments: Moment[]) => stepsOf(moments).map(({ time, from, to }) => `${time}: ${from ?? ""} > ${to}`);

describe("the history of an order", () => {
  test("is each change with its cause, and what the books made of it", () => {
    const hand = { cause: "admin", actor: "key_1", reason: "Agreed" } as const;
    const steps = stepsOf([
      stands(1, "received"),
      stands(2, "pending"),
      stands(3, "approved", hand),
      lock(4),
      run(5, "draft"),
      run(6, "paid"),
    ]);
    const bare = { actor: null, reason: null, periodId: null, payoutId: null };
    expect(steps).toEqual([
      { ...bare, time: 1, from: null, to: "received", cause: "source" },
      { ...bare, time: 2, from: "received", to: "pending", cause: "source" },
      { ...bare, ...hand, time: 3, from: "pending", to: "approved" },
      { ...bare, time: 4, from: "approved", to: "locked", cause: "period", periodId: "per_1" },
      { ...bare, time: 5, from: "locked", to: "payable", cause: "payout", payoutId: "pay_1" },
      { ...bare, time: 6, from: "payable", to: "paid", cause: "payout", payoutId: "pay_1" },
    ]);
  });

  test("tells when a run freed it, and when it was taken again", () => {
    const start = [stands(1, "approved"), lock(2), run(3, "draft"), run(4, "closed")];
    expect(told(...start, run(5, "draft", "pay_2"), run(6, "paid", "pay_2"), run(7, "closed", "pay_2"))).toEqual([
      "1:  > approved",
      "2: approved > locked",
      "3: locked > payable",
      "4: payable > locked",
      "5: locked > payable",
      "6: payable > paid",
      "7: paid > locked",
    ]);
  });

  test("is of what is shown: a declined order is no less declined by what the books do with it", () => {
    const start = [stands(1, "approved"), lock(2), run(3, "draft"), run(4, "paid")];
    expect(told(...start, stands(5, "declined"), run(6, "closed"), stands(7, "approved"))).toEqual([
      "1:  > approved",
      "2: approved > locked",
      "3: locked > payable",
      "4: payable > paid",
      "5: paid > declined",
      "7: declined > locked",
    ]);
    expect(told(stands(1, "approved"), stands(2, "disputed"), lock(3), stands(4, "approved"))).toEqual([
      "1:  > approved",
      "2: approved > disputed",
      "4: disputed > locked",
    ]);
  });

  test("stays paid while an adjustment is in another run", () => {
    const paid = [stands(1, "approved"), lock(2), run(3, "draft"), run(4, "paid")];
    expect(told(...paid, run(5, "draft", "pay_2"), run(6, "closed", "pay_2")).slice(4)).toEqual([]);
    expect(
      told(...paid, run(5, "draft", "pay_2"), run(6, "closed", "pay_1"), run(7, "paid", "pay_2")).slice(4),
    ).toEqual(["6: paid > payable", "7: payable > paid"]);
  });

  test("runs by time, and by how it came at the same time", () => {
    expect(told(lock(3), stands(1, "pending"), stands(1, "approved"), run(3, "draft"))).toEqual([
      "1:  > pending",
      "1: pending > approved",
      "3: approved > locked",
      "3: locked > payable",
    ]);
    expect(stepsOf([])).toEqual([]);
    expect(told(lock(1), stands(2, "orphan"))).toEqual(["2:  > orphan"]);
  });
});
