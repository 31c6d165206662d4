import { type CodeInShop, type CodeSpec, orNull, type ShopAccess, ShopFailure } from "../platform.ts";
import type { Calls } from "./calls-send.ts";
import type { Filter } from "./criteria.ts";
import { idOf, recordOf, recordsOf, textOf } from "../fields.ts";
import { codeOf, type Everywhere, markOf, ruleOf } from "./terms.ts";

type Json = Record<string, unknown>;

/** Rules and coupons of a search: there are next to none of one text or one rule. */
const FEW = 50;

/** Pages of groups of customers at most. */
const MOST_PAGES = 20;

/** A coupon whose text is said, where Magento makes texts itself. */
const MANUAL = 0;

/** Codes of one shop: each is a rule of its own with one coupon, since a rule's limits are one for all of its coupons. */
export interface Rules {
  makeCode: (spec: CodeSpec, now: number) => Promise<CodeInShop>;
  readCode: (externalId: string | null, text: string) => Promise<CodeInShop | null>;
  changeCode: (externalId: string, spec: CodeSpec, now: number) => Promise<CodeInShop>;
  withdrawCode: (externalId: string) => Promise<void>;
}

/** See {@link Rules}. */
export function rulesOf(calls: Calls, { storeId }: ShopAccess): Rules {
  let asked: Promise<Everywhere> | null = null;

  /** Asked once, and again where it couldn't be told. */
  const everywhere = (): Promise<Everywhere> => {
    asked ??= everywhereOf(calls).catch((error: unknown) => {
      asked = null;
      throw error;
    });
    return asked;
  };

  const ruleBody = async (spec: CodeSpec, now: number): Promise<Json> => ruleOf(spec, now, storeId, await everywhere());

  const find = async (what: "salesRules" | "coupons", filter: Filter): Promise<Json[]> => {
    const fields = what === "salesRules" ? RULE_FIELDS : COUPON_FIELDS;
    const page = { size: FEW, number: 1 };
    const { rows } = await calls.list(`/${what}/search`, { filters: [filter], sort: [], fields }, page);
    return recordsOf(rows);
  };

  /** The rule's coupon: the one of that text, if it has several. */
  const couponOf = async (ruleId: string, text: string): Promise<Json | null> => {
    const coupons = await find("coupons", ["rule_id", "eq", ruleId]);
    return coupons.find((coupon) => isOfText(coupon, text)) ?? coupons[0] ?? null;
  };

  const byText = async (text: string): Promise<Json | null> =>
    (await find("coupons", ["code", "eq", text])).find((coupon) => isOfText(coupon, text)) ?? null;

  /** Rules for a text that tries of ours left behind, with or without a coupon. */
  const ownRules = (text: string): Promise<Json[]> => find("salesRules", ["description", "eq", markOf(storeId, text)]);

  /** A rule; `null` if it is gone, and only then: it may be live. */
  const ruleOfId = async (id: string): Promise<Json | null> => {
    const answer = await orNull(calls.call("GET", `/salesRules/${id}`).then((said) => ({ said })));
    if (answer === null) return null;
    const rule = recordOf(answer.said);
    if (idOf(rule?.["rule_id"]) === null) throw new ShopFailure("unreadable", "The shop's answer is no rule.");
    return rule;
  };

  const readCode: Rules["readCode"] = async (externalId, text) => {
    if (externalId !== null) {
      const rule = await ruleOfId(externalId);
      return rule === null ? null : codeOf(rule, await couponOf(externalId, text), await everywhere());
    }
    const coupon = await byText(text);
    const ruleId = idOf(coupon?.["rule_id"]);
    const rule = ruleId === null ? null : await ruleOfId(ruleId);
    const isOurs = rule?.["description"] === markOf(storeId, text);
    // Where another has the text, a rule that never came to its coupon is ours all the same.
    const left = isOurs ? undefined : (await ownOf(text)).find(({ isBare }) => isBare);
    if (left !== undefined) return codeOf(left.rule, null, await everywhere());
    return rule === null ? null : codeOf(rule, coupon, await everywhere());
  };

  /** Rules of ours for a text that never came to a coupon, or have the one that they should. */
  const ownOf = async (text: string): Promise<{ rule: Json; isBare: boolean }[]> => {
    const found: { rule: Json; isBare: boolean }[] = [];
    for (const rule of await ownRules(text)) {
      const coupon = await couponOf(idOf(rule["rule_id"]) ?? "0", text);
      // One with another text is another code's, which was renamed.
      if (coupon === null || isOfText(coupon, text)) found.push({ rule, isBare: coupon === null });
    }
    return found;
  };

  /** Gives a code its text, so that nothing else is written where that is taken, and then writes its rule as a whole. */
  const changeCode: Rules["changeCode"] = async (externalId, spec, now) => {
    const rule = { ...(await ruleBody(spec, now)), rule_id: Number(externalId) };
    const before = await couponOf(externalId, spec.text);
    const isNamed = before !== null && isOfText(before, spec.text);
    const renamed = before === null || isNamed ? before : await nameCoupon(calls, externalId, before, spec.text);
    await calls.call("PUT", `/salesRules/${externalId}`, { body: { rule } });
    if (renamed !== null) return codeWritten(rule, externalId, renamed);
    return withLimits(rule, externalId, await nameCoupon(calls, externalId, null, spec.text));
  };

  const codeWritten = async (rule: Json, externalId: string, coupon: Json): Promise<CodeInShop> => {
    const code = codeOf({ ...rule, rule_id: externalId }, coupon, await everywhere());
    if (code === null) throw new ShopFailure("unreadable", "The shop's answer is no rule.");
    return code;
  };

  const withLimits = async (rule: Json, externalId: string, coupon: Json): Promise<CodeInShop> => {
    const wanted = rule["uses_per_coupon"] as number;
    // A coupon takes its limit from the one that the rule had before, which is none.
    if (Number(coupon["usage_limit"] ?? 0) !== wanted) {
      await calls.call("PUT", `/salesRules/${externalId}`, {
        body: { rule: { ...rule, rule_id: Number(externalId) } },
      });
    }
    return codeWritten(rule, externalId, coupon);
  };

  const makeCode: Rules["makeCode"] = async (spec, now) => {
    const rule = await ruleBody(spec, now);
    const own = (await ownOf(spec.text)).toSorted((a, b) => Number(a.isBare) - Number(b.isBare));
    for (const { rule: other, isBare } of own.slice(1)) if (isBare) await withdraw(calls, idOf(other["rule_id"]));
    const leftId = idOf(own[0]?.rule["rule_id"]);
    const made = leftId ?? idOf(recordOf(await calls.call("POST", "/salesRules", { body: { rule } }))?.["rule_id"]);
    if (made === null) throw new ShopFailure("unreadable", "The shop's answer is no rule.");
    try {
      if (leftId !== null) return await changeCode(leftId, spec, now);
      return await withLimits(rule, made, await nameCoupon(calls, made, null, spec.text));
    } catch (error) {
      // A rule without a coupon does nothing, but nobody would know whose it is. Unless it is gone nothing is told as taken.
      if (error instanceof ShopFailure && error.code === "taken") await withdraw(calls, made);
      throw error;
    }
  };

  return { makeCode, readCode, changeCode, withdrawCode: (externalId) => withdraw(calls, externalId) };
}

const COUPON_FIELDS = "coupon_id,rule_id,code,usage_limit,usage_per_customer,expiration_date,is_primary";
const RULE_FIELDS =
  "rule_id,name,description,is_active,from_date,to_date,simple_action,discount_amount,uses_per_coupon,uses_per_customer,coupon_type,use_auto_generation,stop_rules_processing,discount_step,discount_qty,apply_to_shipping,simple_free_shipping,website_ids,customer_group_ids";

/**
 * Gives a rule its coupon, or its coupon another text. If the text is taken, by the same rule after an answer that got lost,
 * it is as it should be; by another, throws a failure `taken`.
 */
async function nameCoupon(calls: Calls, ruleId: string, before: Json | null, text: string): Promise<Json> {
  const couponId = idOf(before?.["coupon_id"]);
  const coupon = { rule_id: Number(ruleId), code: text, type: MANUAL, is_primary: true };
  try {
    const named =
      couponId === null
        ? // Made twice, it is taken the second time.
          await calls.call("POST", "/coupons", { body: { coupon }, idempotent: true })
        : await calls.call("PUT", `/coupons/${couponId}`, {
            body: { coupon: { ...coupon, coupon_id: Number(couponId) } },
          });
    const said = recordOf(named);
    if (said === null || textOf(said["code"]) === null) {
      throw new ShopFailure("unreadable", "The shop's answer is no coupon.");
    }
    return said;
  } catch (error) {
    if (!(error instanceof ShopFailure) || error.code !== "taken") throw error;
    const criteria = { filters: [["rule_id", "eq", ruleId] as const], sort: [], fields: COUPON_FIELDS };
    const { rows } = await calls.list("/coupons/search", criteria, { size: FEW, number: 1 });
    const own = recordsOf(rows).find((one) => isOfText(one, text));
    if (own === undefined) throw error;
    return own;
  }
}

/** Deletes a rule, and with it its coupons. One that is gone is fine. */
async function withdraw(calls: Calls, ruleId: string | null): Promise<void> {
  if (ruleId !== null) await orNull(calls.call("DELETE", `/salesRules/${ruleId}`));
}

/** The shop compares texts without regard to case. */
function isOfText(coupon: Readonly<Json>, text: string): boolean {
  return textOf(coupon["code"])?.toUpperCase() === text.toUpperCase();
}

/** All websites but the admin's own, and all groups of customers, those who aren't logged in among them. */
async function everywhereOf(calls: Calls): Promise<Everywhere> {
  const ids = wholesOf(recordsOf(await calls.call("GET", "/store/websites"))).filter((id) => id > 0);
  const configs = recordsOf(await calls.call("GET", "/store/storeConfigs"));
  const websites = ids.map((id) => ({
    id,
    currency: textOf(configs.find(({ website_id: of }) => Number(of) === id)?.["base_currency_code"]),
  }));
  const groups: Json[] = [];
  for (let number = 1; number <= MOST_PAGES; number++) {
    const criteria = { filters: [], sort: ["customer_group_id"], fields: "id" };
    const { rows, total } = await calls.list("/customerGroups/search", criteria, { size: FEW, number });
    groups.push(...recordsOf(rows));
    if (number * FEW >= total) return { websites, groups: wholesOf(groups) };
  }
  throw new ShopFailure("refused", `The shop has more than ${MOST_PAGES * FEW} groups of customers.`);
}

function wholesOf(rows: readonly Json[]): number[] {
  return rows.map(({ id }) => Number(id)).filter((id) => Number.isSafeInteger(id) && id >= 0);
}
