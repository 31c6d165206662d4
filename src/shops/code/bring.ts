import { codeKey } from "../../programme/code/text.ts";
import { type CodeInShop, type CodeSpec, type Shop, ShopFailure } from "../platform.ts";
import { type CodeFailure, type CodeGrounds, differences, isOurs, planStep, type Terms } from "./plan.ts";

/** What work on a code came to. */
export type CodeOutcome =
  | { state: "live"; spec: CodeSpec; found: CodeInShop }
  /** `found`: as the shop has it, if it does; `null` says that nothing new is known. */
  | { state: "failed"; failure: CodeFailure; found: CodeInShop | null }
  | { state: "withdrawn"; failure: CodeFailure | null }
  /** A code that isn't ours has the text, which nobody was ever told: it needs another. */
  | { state: "taken" }
  /** Nothing was to be done. */
  | { state: "rest" };

/** What {@link bringCode} works with. */
export interface Workplace {
  shop: Shop;
  terms: Terms;
  /** ms UTC. */
  now: number;
  /** Texts that the code has and had, the present one first. */
  texts: () => Promise<readonly string[]>;
  /** Whether its text may be known to shoppers: it was live or used, or is older than the connection. */
  inUse: () => Promise<boolean>;
}

/** Characters of a failure's detail: it is a line, and terms may hold lists of products. */
const MAX_DETAIL = 500;

/**
 * Brings a code in its shop to what it should be. It may be interrupted anywhere and repeated: what an earlier try made
 * is found and taken over, never made twice. Throws a `ShopFailure` where the shop doesn't let it.
 */
export async function bringCode(grounds: CodeGrounds, at: Workplace): Promise<CodeOutcome> {
  const step = planStep(grounds, at.now, at.terms);
  switch (step.do) {
    case "rest":
      return { state: "rest" };
    case "withdraw":
      await withdraw(grounds, at);
      return { state: "withdrawn", failure: step.failure };
    case "make":
      return makeAnew(step.spec, grounds, at);
    case "write": {
      const found = await at.shop.readCode(step.externalId, step.spec.text);
      return found === null || !isOurs(found, grounds)
        ? makeAnew(step.spec, grounds, at)
        : write(found, step.spec, grounds, at);
    }
    case "compare": {
      const found = await at.shop.readCode(step.externalId, step.spec.text);
      if (found === null || !isOurs(found, grounds)) {
        const detail = `The shop has no code ${step.spec.text} any more. Sync the code to have it made again, or retire it.`;
        return { state: "failed", failure: { code: "gone_from_shop", detail }, found: null };
      }
      return judge(found, step.spec, at, "changed_in_shop");
    }
  }
}

/** Makes a code; an earlier text of it, which a try made that nobody could note, goes first. */
async function makeAnew(spec: CodeSpec, grounds: CodeGrounds, at: Workplace): Promise<CodeOutcome> {
  await withdrawStrays(grounds, at, (await at.texts()).slice(1));
  return make(spec, grounds, at);
}

/**
 * Makes a code. Where its text is taken: by an earlier try's own, that one is brought to what it should be; by a
 * stranger's, a text that nobody knows yet gives way, and one that shoppers may know stays and is told of. Only a
 * stranger's that does the same is taken over then: a merchant made it by hand for the creator, before the connection.
 */
async function make(spec: CodeSpec, grounds: CodeGrounds, at: Workplace): Promise<CodeOutcome> {
  try {
    const made = await at.shop.makeCode(spec, at.now);
    return await readBack(made.externalId, spec, at);
  } catch (error) {
    if (!isTaken(error)) throw error;
    return whereTaken(spec, grounds, at);
  }
}

async function whereTaken(spec: CodeSpec, grounds: CodeGrounds, at: Workplace): Promise<CodeOutcome> {
  const found = await at.shop.readCode(null, spec.text);
  if (found === null) throw new ShopFailure("unreadable", `The shop says that ${spec.text} is taken, and has none.`);
  if (isOurs(found, grounds)) return write(found, spec, grounds, at);
  if (!(await at.inUse())) return { state: "taken" };
  const differing = differences(spec, found, at.now, at.terms).filter(({ name }) => name !== "title");
  if (grounds.known.externalId === null && differing.length === 0) return write(found, spec, grounds, at);
  const detail = `The shop has a code ${spec.text} that Waymark didn't make${
    differing.length === 0 ? "" : `, and that gives something else (${textOf(differing)})`
  }. It was left alone: delete it in the shop and sync the code, or rotate the code.`;
  return { state: "failed", failure: { code: "taken", detail: detail.slice(0, MAX_DETAIL) }, found: null };
}

/** Changes what the shop has of a code, in place: there is no moment at which neither text works, nor one with both. */
async function write(found: CodeInShop, spec: CodeSpec, grounds: CodeGrounds, at: Workplace): Promise<CodeOutcome> {
  if (differences(spec, found, at.now, at.terms).length === 0) return { state: "live", spec, found };
  try {
    const changed = await at.shop.changeCode(found.externalId, spec, at.now);
    return await readBack(changed.externalId, spec, at);
  } catch (error) {
    if (!isTaken(error)) throw error;
    return whereTaken(spec, grounds, at);
  }
}

/** Some shops answer what they were told, and keep something else. */
async function readBack(externalId: string, spec: CodeSpec, at: Workplace): Promise<CodeOutcome> {
  const found = await at.shop.readCode(externalId, spec.text);
  if (found === null) throw new ShopFailure("unreadable", `The shop says that it made ${spec.text}, and has none.`);
  return judge(found, spec, at, "not_held");
}

function judge(
  found: CodeInShop,
  spec: CodeSpec,
  { now, terms }: Workplace,
  code: "changed_in_shop" | "not_held",
): CodeOutcome {
  const differing = differences(spec, found, now, terms);
  if (differing.length === 0) return { state: "live", spec, found };
  const how = code === "not_held" ? "The shop kept something else than it was told" : "It was changed in the shop";
  const detail = `${how}: ${textOf(differing)}. Sync the code to have it written again.`;
  return { state: "failed", failure: { code, detail: detail.slice(0, MAX_DETAIL) }, found };
}

function textOf(differing: ReturnType<typeof differences>): string {
  return differing.map(({ name, wanted, has }) => `${name} is ${has}, not ${wanted}`).join("; ");
}

/** Takes a code out of its shop, whatever is known of it. What isn't ours stays. */
async function withdraw(grounds: CodeGrounds, at: Workplace): Promise<void> {
  const { externalId, liveText, state } = grounds.known;
  if (externalId === null) {
    if (state !== "withdrawn") await withdrawStrays(grounds, at, await at.texts());
    return;
  }
  const found = await at.shop.readCode(externalId, liveText ?? grounds.code.text);
  if (found !== null && isOurs(found, grounds)) await at.shop.withdrawCode(found.externalId);
}

async function withdrawStrays(grounds: CodeGrounds, { shop }: Workplace, texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    const found = await shop.readCode(null, text);
    // A text is found whatever its case, and may be what the shop makes of another.
    if (found !== null && codeKey(found.text) === codeKey(text) && isOurs(found, grounds)) {
      await shop.withdrawCode(found.externalId);
    }
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof ShopFailure && error.code === "taken";
}
