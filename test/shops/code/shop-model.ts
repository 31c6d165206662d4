import { type CodeInShop, type CodeSpec, type Platform, type Shop, ShopFailure } from "../../../src/shops/platform.ts";

/** What can become of a call: it fails before anything is done, or is done and its answer is lost. */
export type CallFate = "done" | "not_done" | "answer_lost";

/** The part of a shop that has its codes. */
type Codes = Pick<Shop, "makeCode" | "readCode" | "changeCode" | "withdrawCode">;

/** The terms that the model holds: a start by being a draft until then, as WooCommerce has to. */
export const MODEL_TERMS: Pick<Platform, "termsOf" | "termsChangeAt"> = {
  termsOf: ({ title, discount, limits, startsAt, endsAt }, now) => ({
    title,
    value: JSON.stringify(discount),
    limits: JSON.stringify(limits),
    ends: String(endsAt),
    status: startsAt !== null && startsAt > now ? "draft" : "publish",
  }),
  termsChangeAt: ({ startsAt }, now) => (startsAt !== null && startsAt > now ? startsAt : null),
};

/** A shop in memory that takes codes as shops do. It says what it is asked to in the way of failures. */
export class ModelShop implements Codes {
  /** All of its codes by their ids. */
  readonly codes = new Map<string, CodeInShop>();
  /** The calls that came, failed ones too: `make LEA10`. */
  readonly calls: string[] = [];
  /** What becomes of the next call. */
  fate: (call: string) => CallFate | ShopFailure = () => "done";
  /** What it makes of terms that it is told. */
  keeps: (terms: CodeInShop["terms"]) => CodeInShop["terms"] = (terms) => terms;
  #made = 0;

  /** Puts a code into the shop by hand. */
  put(text: string, terms: CodeInShop["terms"]): CodeInShop {
    this.#made += 1;
    const code = { externalId: String(this.#made), text, terms };
    this.codes.set(code.externalId, code);
    return code;
  }

  /** The codes that have a text, whatever its case. */
  having(text: string): CodeInShop[] {
    return [...this.codes.values()].filter((code) => code.text.toLowerCase() === text.toLowerCase());
  }

  async makeCode(spec: CodeSpec, now: number): Promise<CodeInShop> {
    return this.#call(`make ${spec.text}`, () => {
      if (this.having(spec.text).length > 0) throw new ShopFailure("taken", "The code is taken.");
      return this.put(spec.text, this.keeps(MODEL_TERMS.termsOf(spec, now)));
    });
  }

  async readCode(externalId: string | null, text: string): Promise<CodeInShop | null> {
    return this.#call(`read ${text}`, () =>
      externalId === null ? (this.having(text)[0] ?? null) : (this.codes.get(externalId) ?? null),
    );
  }

  async changeCode(externalId: string, spec: CodeSpec, now: number): Promise<CodeInShop> {
    return this.#call(`change ${spec.text}`, () => {
      if (!this.codes.has(externalId)) throw new ShopFailure("not_found", "There is no such code.");
      if (this.having(spec.text).some((other) => other.externalId !== externalId)) {
        throw new ShopFailure("taken", "The code is taken.");
      }
      const code = { externalId, text: spec.text, terms: this.keeps(MODEL_TERMS.termsOf(spec, now)) };
      this.codes.set(externalId, code);
      return code;
    });
  }

  async withdrawCode(externalId: string): Promise<void> {
    return this.#call(`withdraw ${this.codes.get(externalId)?.text ?? ""}`, () => {
      this.codes.delete(externalId);
    });
  }

  async #call<Answer>(call: string, act: () => Answer): Promise<Answer> {
    this.calls.push(call);
    const fate = this.fate(call);
    if (fate instanceof ShopFailure) throw fate;
    if (fate === "not_done") throw new ShopFailure("unavailable", "The shop can't be reached.");
    const answer = act();
    if (fate === "answer_lost") throw new ShopFailure("unavailable", "The shop's answer got lost.");
    return answer;
  }
}
