import { recordOf, recordsOf, textOf } from "../fields.ts";
import { type CodeInShop, type CodeSpec, orNull, ShopFailure } from "../platform.ts";
import type { Calls } from "./calls-send.ts";
import { failureOf } from "./failure.ts";
import { codeBody, codeOf, promotionOf, termsOf } from "./terms.ts";

type Json = Record<string, unknown>;

const SCOPE = { scope: "marketing" } as const;

/**
 * Makes a promotion, and the code that is its only one: nothing gives a discount in between. A promotion of the same title is
 * what an earlier try of this code has made, and is taken up. If the text is taken by another, the promotion goes again and a
 * failure `taken` is thrown.
 */
export async function makeCode(calls: Calls, spec: CodeSpec): Promise<CodeInShop> {
  const before = await ofTitle(calls, spec.title);
  if (before !== null) return changeCode(calls, before.externalId, spec);
  const made = await calls.data("POST", "/v3/promotions", { body: promotionOf(spec), ...SCOPE });
  const promotion = codeOf(made, null);
  if (promotion === null) throw new ShopFailure("unreadable", "BigCommerce's answer is no promotion.");
  const { externalId } = promotion;
  try {
    await addCode(calls, externalId, spec);
  } catch (error) {
    const isFinal = error instanceof ShopFailure && !error.passing;
    if (isFinal) await removePromotion(calls, externalId);
    throw error;
  }
  return existing(calls, externalId);
}

/** A code by its promotion's id, or else by its text; `null`: the shop has none. */
export async function readCode(calls: Calls, externalId: string | null, text: string): Promise<CodeInShop | null> {
  return externalId === null ? ofText(calls, text) : ofId(calls, externalId);
}

/**
 * Has a promotion and its code be as the spec says, all of it. A code itself can't be changed: where its text or its own limit
 * is another, it is taken away and made anew, with only that one call in between. Throws a failure `not_found` if the promotion
 * is gone, and `taken`, having left the old one as it was, if another has the text.
 */
export async function changeCode(calls: Calls, externalId: string, spec: CodeSpec): Promise<CodeInShop> {
  const before = await ofId(calls, externalId);
  if (before === null) throw new ShopFailure("not_found", "The promotion is gone.");
  const codes = await codesOf(calls, externalId);
  const isSame = codes.some(
    (code) => hasText(code, spec.text) && perCustomer(code) === codeBody(spec)["max_uses_per_customer"],
  );
  if (!isSame) {
    const there = codes.some((code) => hasText(code, spec.text)) ? null : await ofText(calls, spec.text);
    if (there !== null && there.externalId !== externalId) throw taken(spec.text);
  }
  const wanted = termsOf(spec);
  const changed = Object.keys(wanted).some(
    (name) => name !== "max_uses_per_customer" && wanted[name] !== before.terms[name],
  );
  if (changed) await calls.call("PUT", `/v3/promotions/${externalId}`, { body: promotionOf(spec), ...SCOPE });
  if (!isSame) {
    for (const code of codes) await removeCode(calls, externalId, code);
    await addCode(calls, externalId, spec);
  }
  return existing(calls, externalId);
}

/** Takes the code away, and then its promotion, which can't go before. One that is gone already is fine. */
export async function withdrawCode(calls: Calls, externalId: string): Promise<void> {
  for (const code of (await orNull(codesOf(calls, externalId))) ?? []) await removeCode(calls, externalId, code);
  await removePromotion(calls, externalId);
}

/**
 * Adds the code. What BigCommerce answers to a text that is taken isn't documented: a conflict and a refusal are both looked
 * into. Throws a failure `taken` if another promotion has it.
 */
async function addCode(calls: Calls, externalId: string, spec: CodeSpec): Promise<void> {
  const path = `/v3/promotions/${externalId}/codes`;
  // Made twice, it is taken the second time, by itself.
  const answer = await calls.ask("POST", path, { body: codeBody(spec), idempotent: true, ...SCOPE });
  if (answer.status >= 200 && answer.status < 300) return;
  if (answer.status !== 409 && answer.status !== 422) throw failureOf(answer, "Marketing: modify");
  const there = await ofText(calls, spec.text);
  if (there === null) throw failureOf(answer, "Marketing: modify");
  if (there.externalId !== externalId) throw taken(spec.text);
}

function taken(text: string): ShopFailure {
  return new ShopFailure("taken", `Another promotion of the shop has the code ${text}.`);
}

async function removeCode(calls: Calls, externalId: string, code: Json): Promise<void> {
  await orNull(calls.call("DELETE", `/v3/promotions/${externalId}/codes/${String(code["id"])}`, SCOPE));
}

async function removePromotion(calls: Calls, externalId: string): Promise<void> {
  await orNull(calls.call("DELETE", `/v3/promotions/${externalId}`, SCOPE));
}

async function existing(calls: Calls, externalId: string): Promise<CodeInShop> {
  const code = await ofId(calls, externalId);
  if (code === null) throw new ShopFailure("not_found", "The promotion is gone.");
  return code;
}

async function ofId(calls: Calls, externalId: string): Promise<CodeInShop | null> {
  const answer = await orNull(calls.call("GET", `/v3/promotions/${externalId}`, SCOPE));
  if (answer === null) return null;
  const [code = null] = await codesOf(calls, externalId);
  const found = codeOf(recordOf(answer.body)?.["data"], code);
  // Not as one that is gone: it may be live.
  if (found === null) throw new ShopFailure("unreadable", "BigCommerce's answer is no promotion.");
  return found;
}

/** The promotion of this very title that has a code to be typed, the first that was made. */
async function ofTitle(calls: Calls, title: string): Promise<CodeInShop | null> {
  const rows = await listed(calls, { name: title });
  return rows.filter(({ name }) => name === title).map((row) => codeOf(row, null))[0] ?? null;
}

/** The promotion that has a code; shops don't tell case. */
async function ofText(calls: Calls, text: string): Promise<CodeInShop | null> {
  for (const promotion of await listed(calls, { code: text })) {
    const externalId = codeOf(promotion, null)?.externalId;
    if (externalId === undefined) continue;
    const code = ((await orNull(codesOf(calls, externalId, text))) ?? []).find((one) => hasText(one, text));
    if (code !== undefined) return codeOf(promotion, code);
  }
  return null;
}

async function listed(calls: Calls, by: Readonly<Record<string, string>>): Promise<Json[]> {
  const { rows } = await calls.page("/v3/promotions", { query: { ...by, limit: "50" }, ...SCOPE });
  // The filter by this takes lower case alone, and answers what it takes for another by a refusal.
  return recordsOf(rows).filter(({ redemption_type: type }) => type === "COUPON");
}

/** Codes of a promotion, of which a merchant's own may have thousands: only those of `text`, if it is said. */
async function codesOf(calls: Calls, externalId: string, text?: string): Promise<Json[]> {
  const { rows } = await calls.page(`/v3/promotions/${externalId}/codes`, {
    ...(text !== undefined && { query: { code: text } }),
    ...SCOPE,
  });
  return recordsOf(rows).filter((code) => recordOf(code) !== null && textOf(code["code"]) !== null);
}

function hasText(code: Json, text: string): boolean {
  return textOf(code["code"])?.toLowerCase() === text.toLowerCase();
}

function perCustomer(code: Json): number {
  return Number(code["max_uses_per_customer"] ?? 0);
}
