import * as fc from "fast-check";
import { expect, it } from "vitest";
import { bringCode, type CodeOutcome } from "../../../src/shops/code/bring.ts";
import { type CodeGrounds, isOurs } from "../../../src/shops/code/plan.ts";
import { type Shop, ShopFailure } from "../../../src/shops/platform.ts";
import { type CallFate, MODEL_TERMS, ModelShop } from "./shop-model.ts";

/** What happens, one thing after another. */
type Event =
  | { type: "text"; text: string }
  | { type: "state"; state: "active" | "withdrawn" }
  | { type: "plan"; basisPoints: number; name: string }
  | { type: "clock"; by: number }
  /** A try, whose calls come to these, and which is noted, or not, because it died on the way. */
  | { type: "try"; fates: CallFate[]; noted: boolean };

const fate = fc.oneof(
  { weight: 7, arbitrary: fc.constant<CallFate>("done") },
  { weight: 2, arbitrary: fc.constant<CallFate>("answer_lost") },
  { weight: 1, arbitrary: fc.constant<CallFate>("not_done") },
);

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant("text" as const), text: fc.constantFrom("A10", "B10", "C10") }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("state" as const),
      state: fc.constantFrom("active" as const, "withdrawn" as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("plan" as const),
      basisPoints: fc.constantFrom(500, 1_000),
      name: fc.constantFrom("Autumn", "Winter"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("clock" as const), by: fc.constantFrom(1, 50, 500) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("try" as const),
      fates: fc.array(fate, { maxLength: 8 }),
      noted: fc.boolean(),
    }),
  },
);

/** A code with its shop, as the database would know it. */
class World {
  readonly shop = new ModelShop();
  now = 0;
  /** All texts that the code has and had, the present one first. */
  texts = ["A10"];
  grounds: CodeGrounds = {
    code: { id: "cod_0000000000000001", text: "A10", state: "active" },
    plan: {
      name: "Autumn",
      discount: { type: "percentage", basisPoints: 1_000 },
      limits: {},
      startsAt: 100,
      endsAt: 1_000,
      deleted: false,
    },
    currency: "EUR",
    known: { state: "pending", externalId: null, liveText: null, terms: null, failureCode: null },
  };

  change(parts: Partial<Pick<CodeGrounds, "code" | "plan">>): void {
    this.grounds = { ...this.grounds, ...parts, known: { ...this.grounds.known, state: "pending" } };
  }

  setText(text: string): void {
    this.texts = [text, ...this.texts.filter((other) => other !== text)];
    this.change({ code: { ...this.grounds.code, text } });
  }

  async try(fates: readonly CallFate[], noted: boolean): Promise<void> {
    const left = [...fates];
    this.shop.fate = () => left.shift() ?? "done";
    const outcome = await bringCode(this.grounds, {
      shop: this.shop as unknown as Shop,
      terms: MODEL_TERMS,
      now: this.now,
      texts: async () => this.texts,
      inUse: async () => false,
    }).catch((error: unknown) => {
      if (error instanceof ShopFailure && error.passing) return null;
      throw error;
    });
    if (outcome !== null && noted) this.note(outcome);
  }

  note(outcome: CodeOutcome): void {
    const { known, code } = this.grounds;
    const failureCode = "failure" in outcome ? (outcome.failure?.code ?? null) : null;
    switch (outcome.state) {
      case "taken": {
        const [, ...others] = this.texts;
        this.texts = others;
        this.setText(`${code.text}X`);
        return;
      }
      case "withdrawn":
        this.grounds = {
          ...this.grounds,
          known: { ...known, state: "withdrawn", externalId: null, terms: null, failureCode },
        };
        return;
      case "rest":
        return;
      default: {
        const { found } = outcome;
        const has = found === null ? {} : { externalId: found.externalId, liveText: found.text, terms: found.terms };
        this.grounds = { ...this.grounds, known: { ...known, ...has, state: outcome.state, failureCode } };
      }
    }
  }
}

it("whatever fails, is lost or dies on the way, a code ends as it should be, once, and no stranger's is touched", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 25 }), async (events) => {
      const world = new World();
      const stranger = world.shop.put("b10", { title: "Of the merchant" });
      for (const happening of events) {
        if (happening.type === "text") world.setText(happening.text);
        if (happening.type === "state") world.change({ code: { ...world.grounds.code, state: happening.state } });
        if (happening.type === "clock") world.now += happening.by;
        if (happening.type === "plan") {
          const { basisPoints, name } = happening;
          world.change({ plan: { ...world.grounds.plan, name, discount: { type: "percentage", basisPoints } } });
        }
        if (happening.type === "try") await world.try(happening.fates, happening.noted);
      }
      // All is well from here on: the present text may be the merchant's, which takes a second try.
      await world.try([], true);
      await world.try([], true);

      expect(world.shop.codes.get(stranger.externalId)).toEqual(stranger);
      const ours = [...world.shop.codes.values()].filter((found) => found !== stranger);
      expect(ours.every((found) => isOurs(found, world.grounds))).toBe(true);
      const { code, plan, known } = world.grounds;
      if (code.state !== "active" || world.now >= 1_000) {
        expect(ours).toEqual([]);
        expect(known).toMatchObject({ state: "withdrawn", externalId: null });
        return;
      }
      const title = `${plan.name} (${code.id})`;
      const terms = MODEL_TERMS.termsOf(
        { ...plan, discount: plan.discount!, title, text: code.text, currency: "EUR" },
        world.now,
      );
      expect(ours.map(({ text, terms }) => ({ text, terms }))).toEqual([{ text: code.text, terms }]);
      expect(known).toMatchObject({ state: "live", externalId: ours[0]?.externalId, liveText: code.text, terms });
      expect(code.text).not.toBe("B10");

      // Whatever is repeated changes nothing.
      const before = world.shop.calls.length;
      await world.try([], true);
      expect(world.shop.calls.slice(before).filter((call) => !call.startsWith("read"))).toEqual([]);
      expect(world.grounds.known).toMatchObject({ state: "live", terms });
    }),
    {
      numRuns: 500,
      examples: [
        [
          // Taken out of the shop and made again by tries that nobody noted, before it gets another text.
          [
            { type: "try", fates: [], noted: true },
            { type: "state", state: "withdrawn" },
            { type: "try", fates: [], noted: false },
            { type: "state", state: "active" },
            { type: "try", fates: [], noted: false },
            { type: "text", text: "C10" },
          ],
        ],
      ],
    },
  );
});
