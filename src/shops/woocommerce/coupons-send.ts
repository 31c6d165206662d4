import { type CodeInShop, type CodeSpec, orNull, type ShopAccess, ShopFailure } from "../platform.ts";
import type { Calls } from "./calls-send.ts";
import { recordOf, recordsOf } from "../fields.ts";
import { metaOf, metaValue } from "./fields.ts";
import { codeOf, couponOf, OWNER_META } from "./terms.ts";

/**
 * Makes a coupon. If the text is taken by one that this store has made, whose answer got lost, it is brought to the spec;
 * by any other, throws a failure `taken`. The shop looks for a text among published coupons alone, so a draft would be made
 * a second time: ours is looked for before.
 */
export async function makeCode(calls: Calls, access: ShopAccess, spec: CodeSpec, now: number): Promise<CodeInShop> {
  const body = couponOf(spec, now, access.storeId);
  if (body["status"] === "draft") {
    const before = await findDraft(calls, spec.text, access.storeId);
    if (before !== null) return changeCode(calls, access, before.externalId, spec, now);
  }
  try {
    // Made twice, a published one is taken the second time.
    const { body: made } = await calls.call("POST", "/coupons", { body, idempotent: body["status"] !== "draft" });
    return asCode(made);
  } catch (error) {
    if (!(error instanceof ShopFailure) || error.code !== "taken") throw error;
    const [there] = await published(calls, spec.text);
    const own = there !== undefined && isOwn(there, access.storeId) ? codeOf(there) : null;
    if (own === null) throw error;
    return changeCode(calls, access, own.externalId, spec, now);
  }
}

/** A coupon by its id, or else by its text; `null`: the shop has none, or has it in the bin. */
export async function readCode(
  calls: Calls,
  access: ShopAccess,
  externalId: string | null,
  text: string,
): Promise<CodeInShop | null> {
  if (externalId !== null) {
    const answer = await orNull(calls.call("GET", `/coupons/${externalId}`));
    return answer === null ? null : codeOf(answer.body);
  }
  const [there] = await published(calls, text);
  return (there === undefined ? null : codeOf(there)) ?? findDraft(calls, text, access.storeId);
}

/** Has a coupon be as the spec says, all of it. Throws a failure `not_found` if it is gone. */
export async function changeCode(
  calls: Calls,
  access: ShopAccess,
  externalId: string,
  spec: CodeSpec,
  now: number,
): Promise<CodeInShop> {
  const body = couponOf(spec, now, access.storeId);
  const { body: changed } = await calls.call("PUT", `/coupons/${externalId}`, { body });
  return asCode(changed);
}

/** Deletes a coupon for good: one in the bin could be taken out of it. */
export async function withdrawCode(calls: Calls, externalId: string): Promise<void> {
  await orNull(calls.call("DELETE", `/coupons/${externalId}`, { query: { force: "true" } }));
}

/** By its text the shop finds published coupons alone, in lower case. */
async function published(calls: Calls, text: string): Promise<Record<string, unknown>[]> {
  const { rows } = await calls.list("/coupons", { code: text });
  return recordsOf(rows).filter((coupon) => codeOf(coupon)?.text.toLowerCase() === text.toLowerCase());
}

/** A draft of this store's: it is searched for as a post is, by words. */
async function findDraft(calls: Calls, text: string, storeId: string): Promise<CodeInShop | null> {
  const { rows } = await calls.list("/coupons", { search: text, per_page: "100" });
  const drafts = recordsOf(rows).filter((coupon) => isOwn(coupon, storeId));
  return drafts.map(codeOf).find((code) => code?.text.toLowerCase() === text.toLowerCase()) ?? null;
}

function isOwn(coupon: Readonly<Record<string, unknown>>, storeId: string): boolean {
  return metaValue(metaOf(coupon["meta_data"]), OWNER_META) === storeId;
}

function asCode(value: unknown): CodeInShop {
  const code = recordOf(value) === null ? null : codeOf(value);
  if (code === null) throw new ShopFailure("unreadable", "The shop's answer is no coupon.");
  return code;
}
