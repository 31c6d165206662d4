import type { Deps } from "../../ground/deps.ts";
import { created, unchanged } from "../../ground/http/change.ts";
import type { Change } from "../../ground/http/commit.ts";
import { orNotFound, Problem, type ProblemCode } from "../../ground/http/problem.ts";
import { findCampaign } from "../campaign/store.ts";
import { findCreator } from "../creator/store.ts";
import { codeKey, codeProblem } from "./text.ts";
import { type CodeRules, PROVIDER_TABLE, type ProviderId } from "../../ground/model/provider.ts";
import { expandPattern, profileGaps } from "./pattern.ts";
import type { Code, CodeDetail, NewCode } from "./schema.ts";
import { characterSource } from "./settle.ts";
import {
  assignCode,
  changeText,
  type CodeRow,
  type CodeTextRow,
  codeUnderPlan,
  dueInShop,
  findCode,
  findCodePlan,
  insertCodes,
  linksOfCode,
  mustBeThere,
  NEW_IN_SHOP,
  type PlacedCode,
  presentCode,
  presentDetail,
  retireCode,
  settleInStore,
  textOwner,
} from "./store.ts";

/** A code with all texts it has or had. */
interface CodeWithTexts extends PlacedCode {
  texts: CodeTextRow[];
}

/** Where a unique key speaks first, another request came in between. */
const CONFLICTS: Readonly<Record<string, { code: ProblemCode; path: string }>> = {
  "code_texts.store_id, code_texts.text_key": { code: "code_taken", path: "code" },
  "codes.plan_id, codes.creator_id": { code: "code_exists", path: "creatorId" },
};

/**
 * Plans a code that is given by hand. Throws a `Problem` that names the value which stands in the way:
 * 422 for one that isn't acceptable, 409 for a text or a creator that has a code.
 */
export async function planNewCode(deps: Deps, given: NewCode): Promise<Change<CodeDetail>> {
  const plan = await findCodePlan(deps, given.planId);
  if (plan === null || plan.deleted === 1) throw Problem.invalid("planId", "is no tracking plan's");
  checkText(given.code, rulesOf(plan.provider));
  if ((await findCreator(deps, given.creatorId)) === null) throw Problem.invalid("creatorId", "is no creator's");
  if (given.campaignId !== null && (await findCampaign(deps, given.campaignId))?.planId !== plan.id) {
    throw Problem.invalid("campaignId", "is no campaign's of this tracking plan");
  }
  const has = await codeUnderPlan(deps, plan.id, given.creatorId);
  if (has !== null) {
    throw conflict("code_exists", "creatorId", `The creator has the code ${has.text} under this plan.`, has);
  }
  const owner = await textOwner(deps, plan.storeId, given.code);
  if (owner !== null) throw taken(given.code, owner);

  const now = deps.now();
  const row: CodeRow = {
    id: deps.newId("code"),
    storeId: plan.storeId,
    planId: plan.id,
    campaignId: given.campaignId,
    creatorId: given.creatorId,
    text: given.code,
    state: "active",
    origin: "hand",
    createdAt: now,
    updatedAt: now,
  };
  const code = { row, shop: plan.connected === 1 ? NEW_IN_SHOP : null };
  return {
    ...created("code", presentCode(code)),
    body: presentDetail(code, []),
    statements: [mustBeThere(deps, row), ...insertCodes(deps, [row]), assignCode(deps, row)],
    // Those that led with a retired code lead with this one.
    links: { ids: await linksOfCode(deps, row), droppedKeys: [] },
    conflicts: CONFLICTS,
  };
}

/** Plans that a code's text is edited by hand. Throws a `Problem` for a text that it can't have. */
export async function planEdit(deps: Deps, id: string, text: string): Promise<Change<CodeDetail>> {
  const code = await editable(deps, id);
  if (text === code.row.text) {
    return unchanged(presentDetail(code, code.texts));
  }
  const plan = await findCodePlan(deps, code.row.planId);
  checkText(text, rulesOf(plan?.provider));
  const owner = await textOwner(deps, code.row.storeId, text);
  if (owner !== null && owner.id !== id) throw taken(text, owner);
  return changeOf(deps, code, text, "update");
}

/**
 * Plans that a code which leaked gets a text that it never had: the given one, or its plan's pattern
 * for the creator with random characters behind it; where the plan or the profile no longer gives one,
 * the text it has takes the pattern's place. Throws a `Problem` for a text that it can't have.
 */
export async function planRotation(deps: Deps, id: string, given: string | undefined): Promise<Change<CodeDetail>> {
  const code = await editable(deps, id);
  const { row } = code;
  const plan = await findCodePlan(deps, row.planId);
  const rules = rulesOf(plan?.provider);
  if (given !== undefined) {
    checkText(given, rules);
    const owner = await textOwner(deps, row.storeId, given);
    if (owner !== null && owner.id !== id) throw taken(given, owner);
    if (owner !== null) throw Problem.invalid("code", "must be one that this code never was: an earlier text may leak");
    return changeOf(deps, code, given, "rotate");
  }
  const base = await patternText(deps, row, plan, rules);
  // Whoever knows the pattern must not be able to tell the next code.
  const unforeseen = base.slice(0, rules.maxLength - 1) + characterSource(deps.random)();
  const settled = await settleInStore(deps, row.storeId, [{ key: id, base: unforeseen }], rules);
  return changeOf(deps, code, settled.get(id) ?? unforeseen, "rotate");
}

/**
 * Plans that a code is retired for good: its text stays its own, and links that lead with it stay as they are. With it
 * comes the code as it is then.
 */
export async function planRetirement(deps: Deps, id: string): Promise<Change<null> & { code: Code }> {
  const before = await editable(deps, id);
  const now = deps.now();
  const row: CodeRow = { ...before.row, state: "retired", updatedAt: now };
  const code = presentCode({ row, shop: dueInShop(before.shop) });
  return {
    statements: retireCode(deps, id, now),
    audit: [{ action: "delete", entity: "code", entityId: id, before: presentCode(before), after: code }],
    status: 204,
    body: null,
    code,
  };
}

/** The code with this id. Throws a `Problem` (404). */
export const existingCode = orNotFound("code", findCode);

async function editable(deps: Deps, id: string): Promise<CodeWithTexts> {
  const code = await existingCode(deps, id);
  if (code.row.state === "retired") throw new Problem("code_retired", `The code ${code.row.text} is retired for good.`);
  return code;
}

/** What the plan's pattern gives for the code's creator; the code's text where it gives nothing. */
async function patternText(
  deps: Deps,
  row: CodeRow,
  plan: Awaited<ReturnType<typeof findCodePlan>>,
  rules: CodeRules,
): Promise<string> {
  const creator = await findCreator(deps, row.creatorId);
  if (plan === null || plan.codePattern === null || creator === null) return row.text;
  if (profileGaps(plan.codePattern, creator).length > 0) return row.text;
  const campaign = row.campaignId === null ? null : await findCampaign(deps, row.campaignId);
  const context = { campaign: campaign?.name ?? "", plan: plan.name, year: new Date(deps.now()).getUTCFullYear() };
  return expandPattern(plan.codePattern, creator, context, rules) || row.text;
}

async function changeOf(
  deps: Deps,
  before: CodeWithTexts,
  text: string,
  action: "update" | "rotate",
): Promise<Change<CodeDetail>> {
  const now = deps.now();
  const { row, shop, texts } = before;
  const after = { row: { ...row, text, updatedAt: now }, shop: dueInShop(shop) };
  const current = codeKey(row.text);
  const textsAfter = texts.map((known) => (known.textKey === current ? { ...known, retiredAt: now } : known));
  return {
    statements: changeText(deps, row, text, now),
    audit: [{ action, entity: "code", entityId: row.id, before: presentCode(before), after: presentCode(after) }],
    links: { ids: await linksOfCode(deps, row), droppedKeys: [] },
    status: 200,
    body: presentDetail(after, textsAfter),
    conflicts: CONFLICTS,
  };
}

/** What a provider's codes may be. Throws a `Problem` (422) for one that knows none. */
function rulesOf(provider: string | undefined): CodeRules {
  const { name, capabilities } = PROVIDER_TABLE[(provider ?? "ast") as ProviderId];
  if (capabilities.code === null) {
    throw Problem.invalid(
      "planId",
      `leads to ${name}, which knows no discount codes; agnostic sales tracking (AST) takes them from any shop`,
    );
  }
  return capabilities.code;
}

function checkText(text: string, rules: CodeRules): void {
  const problem = codeProblem(text, rules);
  if (problem !== null) throw Problem.invalid("code", problem);
}

function taken(text: string, owner: CodeRow): Problem {
  return conflict("code_taken", "code", `The text ${text} is or was another code's of the store.`, owner);
}

function conflict(code: ProblemCode, path: string, detail: string, owner: CodeRow): Problem {
  return new Problem(code, detail, [{ path, message: "is taken" }], {}, { id: owner.id, name: owner.text });
}
