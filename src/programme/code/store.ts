import { and, desc, eq, ne, sql } from "drizzle-orm";
import { ofCampaign } from "../../ground/db/of-campaign.ts";
import { below, equals } from "../../ground/db/filter.ts";
import { packJson } from "../../ground/db/pack.ts";
import { mustChange, mustHold } from "../../ground/db/premise.ts";
import { codes, codeTexts, trackingPlans } from "../../ground/db/schema/plan.ts";
import { shopCodes, shopConnections } from "../../ground/db/schema/shop.ts";
import { stores } from "../../ground/db/schema/store.ts";
import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import type { CodeRules } from "../../ground/model/provider.ts";
import { codeKey } from "./text.ts";
import type { Code, CodeDetail, CodeFilter } from "./schema.ts";
import { characterSource, collidingKeys, settleCodes, type WantedCode } from "./settle.ts";

/** A row of the table of codes. */
export type CodeRow = typeof codes.$inferSelect;

/** A row of the table of codes' texts. */
export type CodeTextRow = typeof codeTexts.$inferSelect;

/** Where a code stands in its store's shop; `null`: the store isn't connected, or the code was never to be there. */
export type InShop = Pick<
  typeof shopCodes.$inferSelect,
  "state" | "externalId" | "failureCode" | "failureDetail" | "syncedAt"
> | null;

/** A code with where it stands. */
export interface PlacedCode {
  row: CodeRow;
  shop: InShop;
}

/** Rounds of settling codes before giving up. Each adds a character, so that the fifth has 900,000 texts to choose from. */
const MAX_ROUNDS = 20;

/** The code with this id, with its texts; a retired one too. */
export async function findCode(
  deps: Pick<Deps, "db">,
  id: string,
): Promise<(PlacedCode & { texts: CodeTextRow[] }) | null> {
  const [found] = await placedCodes(deps).where(eq(codes.id, id));
  const texts = await deps.db.select().from(codeTexts).where(eq(codeTexts.codeId, id));
  return found === undefined ? null : { ...found, texts };
}

function placedCodes({ db }: Pick<Deps, "db">) {
  const { state, externalId, failureCode, failureDetail, syncedAt } = shopCodes;
  return db
    .select({ row: codes, shop: { state, externalId, failureCode, failureDetail, syncedAt } })
    .from(codes)
    .leftJoin(
      shopConnections,
      and(eq(shopConnections.storeId, codes.storeId), ne(shopConnections.state, "disconnected")),
    )
    .leftJoin(shopCodes, and(eq(shopCodes.codeId, codes.id), eq(shopCodes.storeId, shopConnections.storeId)))
    .$dynamic();
}

/** Codes that pass a filter, from new to old, starting after the id `after`. */
export async function listCodes(deps: Deps, { after, limit }: Stretch, filter: CodeFilter): Promise<PlacedCode[]> {
  const { store, plan, campaign, creator, state, storeState, q } = filter;
  return placedCodes(deps)
    .where(
      and(
        equals(codes.storeId, store),
        equals(codes.planId, plan),
        equals(codes.creatorId, creator),
        equals(codes.state, state),
        storeState === undefined ? undefined : sql`coalesce(${shopCodes.state}, 'none') = ${storeState}`,
        campaign === undefined ? undefined : ofCampaign(campaign, OWNED),
        q === undefined ? undefined : sql`instr(lower(${codes.text}), lower(${q})) > 0`,
        below(codes.id, after),
      ),
    )
    .orderBy(desc(codes.id))
    .limit(limit);
}

const OWNED = { campaign: "codes.campaign_id", plan: "codes.plan_id", creator: "codes.creator_id" };

/**
 * A plan, deleted ones too, with what its codes depend on; `deleted`: 1 if it or its store was; `connected`: 1 if its
 * codes are made in a shop.
 */
export async function findCodePlan({ db }: Deps, planId: string) {
  const [row] = await db
    .select({
      id: trackingPlans.id,
      name: trackingPlans.name,
      storeId: trackingPlans.storeId,
      codePattern: trackingPlans.codePattern,
      provider: stores.provider,
      deleted: sql<number>`${trackingPlans.deletedAt} IS NOT NULL OR ${stores.deletedAt} IS NOT NULL`,
      connected: sql<number>`${shopConnections.storeId} IS NOT NULL`,
    })
    .from(trackingPlans)
    .innerJoin(stores, eq(stores.id, trackingPlans.storeId))
    .leftJoin(
      shopConnections,
      and(eq(shopConnections.storeId, trackingPlans.storeId), ne(shopConnections.state, "disconnected")),
    )
    .where(eq(trackingPlans.id, planId));
  return row ?? null;
}

/** The code of a store that has or had a text, if any. */
export async function textOwner({ db }: Deps, storeId: string, text: string): Promise<CodeRow | null> {
  const [found] = await db
    .select({ code: codes })
    .from(codeTexts)
    .innerJoin(codes, eq(codes.id, codeTexts.codeId))
    .where(and(eq(codeTexts.storeId, storeId), eq(codeTexts.textKey, codeKey(text))));
  return found?.code ?? null;
}

/** The code that a creator has under a plan, unless it is retired. */
export async function codeUnderPlan({ db }: Deps, planId: string, creatorId: string): Promise<CodeRow | null> {
  const [row] = await db
    .select()
    .from(codes)
    .where(and(eq(codes.planId, planId), eq(codes.creatorId, creatorId), sql`${codes.state} <> 'retired'`));
  return row ?? null;
}

/** Ids of the creator's live links that lead with the plan's code, whether it is retired or not. */
export async function linksOfCode(
  { d1 }: Deps,
  { planId, creatorId }: Pick<CodeRow, "planId" | "creatorId">,
): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT id FROM links WHERE creator_id = ?1 AND deleted_at IS NULL
         AND code_id IN (SELECT id FROM codes WHERE creator_id = ?1 AND plan_id = ?2)`,
    )
    .bind(creatorId, planId)
    .all<{ id: string }>();
  return results.map((row) => row.id);
}

/** Those of these keys (see `codeKey`) that any code of the store has or ever had. */
export async function takenTexts(d1: D1Database, storeId: string, keys: readonly string[]): Promise<Set<string>> {
  const packs = packJson([...new Set(keys)]);
  const found = await Promise.all(
    packs.map((pack) =>
      d1
        .prepare(
          `SELECT t.text_key FROM json_each(?2) w
           CROSS JOIN code_texts t ON t.store_id = ?1 AND t.text_key = w.value`,
        )
        .bind(storeId, pack)
        .all<{ text_key: string }>(),
    ),
  );
  return new Set(found.flatMap(({ results }) => results.map((row) => row.text_key)));
}

/**
 * Texts that no code of the store has or had, for codes that are wanted, by their keys (see
 * `settleCodes`). Another request may take one before it is written: the unique key of `code_texts`
 * refuses it then. Throws an `Error` if nothing free is found.
 */
export async function settleInStore(
  { d1, random }: Pick<Deps, "d1" | "random">,
  storeId: string,
  wanted: readonly WantedCode[],
  rules: CodeRules,
): Promise<Map<string, string>> {
  const draw = characterSource(random);
  const taken = await takenTexts(
    d1,
    storeId,
    wanted.map(({ base }) => codeKey(base.slice(0, rules.maxLength))),
  );
  const settled = new Map<string, string>();
  let open: readonly WantedCode[] = wanted;
  for (let rounds = 0; open.length > 0; rounds++) {
    if (rounds === MAX_ROUNDS) throw new Error("no free codes were found");
    const tried = settleCodes(open, taken, draw, rules);
    const found = await takenTexts(d1, storeId, [...tried.values()].map(codeKey));
    const colliding = new Set(collidingKeys(tried, found));
    for (const [key, text] of tried) {
      // Those that are settled are as good as taken for those that are not.
      taken.add(codeKey(text));
      if (!colliding.has(key)) settled.set(key, text);
    }
    open = open.flatMap(({ key, base }) => (colliding.has(key) ? [{ key, base, added: rounds + 1 }] : []));
  }
  return settled;
}

/**
 * Statements that add codes with their texts, three for hundreds of them. Links that led with a retired
 * code of the same creator and plan lead with the new one. A text that is or was another code's breaks
 * `code_texts.store_id, code_texts.text_key`; a creator who has a code under the plan breaks
 * `codes.plan_id, codes.creator_id`. Whether plan and creator still stand is the caller's to hold.
 */
export function insertCodes({ d1 }: Pick<Deps, "d1">, rows: readonly CodeRow[]): D1PreparedStatement[] {
  return packJson(rows.map((row) => ({ ...row, textKey: codeKey(row.text) }))).flatMap((json) => [
    d1
      .prepare(
        `INSERT INTO codes (id, store_id, plan_id, campaign_id, creator_id, text, state, origin, created_at, updated_at)
         SELECT value ->> 'id', value ->> 'storeId', value ->> 'planId', value ->> 'campaignId', value ->> 'creatorId',
           value ->> 'text', value ->> 'state', value ->> 'origin', value ->> 'createdAt', value ->> 'updatedAt'
         FROM json_each(?1)`,
      )
      .bind(json),
    d1
      .prepare(
        `INSERT INTO code_texts (store_id, text_key, text, code_id, created_at)
         SELECT value ->> 'storeId', value ->> 'textKey', value ->> 'text', value ->> 'id', value ->> 'createdAt'
         FROM json_each(?1)`,
      )
      .bind(json),
    d1
      .prepare(
        `UPDATE links SET (code_id, updated_at) = (
           SELECT live.id, live.created_at FROM codes old
           JOIN codes live ON live.plan_id = old.plan_id AND live.creator_id = old.creator_id AND live.state <> 'retired'
           WHERE old.id = links.code_id)
         WHERE id IN (SELECT l.id FROM json_each(?1) w
           CROSS JOIN codes old ON old.creator_id = w.value ->> 'creatorId' AND old.plan_id = w.value ->> 'planId'
             AND old.state = 'retired'
           CROSS JOIN links l ON l.creator_id = old.creator_id AND l.code_id = old.id AND l.deleted_at IS NULL)`,
      )
      .bind(json),
  ]);
}

/** Statement that breaks its batch off unless a creator and a plan with its store are there. */
export function mustBeThere({ d1 }: Deps, { planId, creatorId, campaignId }: CodeRow): D1PreparedStatement {
  return mustHold(
    d1,
    `EXISTS (SELECT 1 FROM tracking_plans p JOIN stores s ON s.id = p.store_id AND s.deleted_at IS NULL
       WHERE p.id = ?1 AND p.deleted_at IS NULL)
     AND EXISTS (SELECT 1 FROM creators WHERE id = ?2 AND deleted_at IS NULL)
     AND (?3 IS NULL OR EXISTS (SELECT 1 FROM campaigns WHERE id = ?3 AND plan_id = ?1 AND deleted_at IS NULL))`,
    planId,
    creatorId,
    campaignId,
  );
}

/** Statement that makes a code the one of its creator's assignment, and has what is missing there made. */
export function assignCode({ d1 }: Deps, row: CodeRow): D1PreparedStatement {
  return d1
    .prepare(
      `INSERT INTO plan_creators (plan_id, creator_id, campaign_id, state, code_id, queued_at, updated_at)
       VALUES (?1, ?2, ?3, 'queued', ?4, ?5, ?5)
       ON CONFLICT (plan_id, creator_id) DO UPDATE SET
         campaign_id = coalesce(campaign_id, excluded.campaign_id), state = 'queued', code_id = excluded.code_id,
         failure_code = NULL, failure_detail = NULL, queued_at = excluded.queued_at, updated_at = excluded.updated_at`,
    )
    .bind(row.planId, row.creatorId, row.campaignId, row.id, row.createdAt);
}

/**
 * Statements that give a code another text at `now` (ms UTC); the one it had is kept as an earlier one.
 * They break their batch off if the code was changed or retired, or the text taken, meanwhile.
 */
export function changeText({ d1 }: Deps, before: CodeRow, text: string, now: number): D1PreparedStatement[] {
  return [
    d1
      .prepare("UPDATE codes SET text = ?2, updated_at = ?3 WHERE id = ?1 AND text = ?4 AND state <> 'retired'")
      .bind(before.id, text, now, before.text),
    mustChange(d1),
    d1
      .prepare("UPDATE code_texts SET retired_at = ?3 WHERE store_id = ?1 AND text_key = ?2")
      .bind(before.storeId, codeKey(before.text), now),
    // An earlier text of its own is the current one again; so is the one it has, if only its case changes.
    d1
      .prepare(
        `INSERT INTO code_texts (store_id, text_key, text, code_id, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (store_id, text_key) DO UPDATE SET text = excluded.text, retired_at = NULL
         WHERE code_id = excluded.code_id`,
      )
      .bind(before.storeId, codeKey(text), text, before.id, now),
    mustChange(d1),
  ];
}

/**
 * Statements that give a code another text at `now` (ms UTC) in place of one that nobody was ever told, which is given
 * back: whoever comes with it is credited to nobody. They break their batch off if the code was changed meanwhile, or
 * the text used after all.
 */
export function replaceText(d1: D1Database, before: CodeRow, text: string, now: number): D1PreparedStatement[] {
  const key = codeKey(before.text);
  return [
    mustHold(d1, "NOT EXISTS (SELECT 1 FROM code_uses WHERE code_id = ?1 AND text_key = ?2)", before.id, key),
    d1
      .prepare("UPDATE codes SET text = ?2, updated_at = ?3 WHERE id = ?1 AND text = ?4 AND state = 'active'")
      .bind(before.id, text, now, before.text),
    mustChange(d1),
    d1
      .prepare("DELETE FROM code_texts WHERE store_id = ?1 AND text_key = ?2 AND code_id = ?3")
      .bind(before.storeId, key, before.id),
    d1
      .prepare("INSERT INTO code_texts (store_id, text_key, text, code_id, created_at) VALUES (?1, ?2, ?3, ?4, ?5)")
      .bind(before.storeId, codeKey(text), text, before.id, now),
  ];
}

/** Statements that retire a code and its text at `now` (ms UTC). They break their batch off if it is. */
export function retireCode({ d1 }: Deps, id: string, now: number): D1PreparedStatement[] {
  return [
    d1
      .prepare("UPDATE codes SET state = 'retired', updated_at = ?2 WHERE id = ?1 AND state <> 'retired'")
      .bind(id, now),
    mustChange(d1),
    d1.prepare("UPDATE code_texts SET retired_at = ?2 WHERE code_id = ?1 AND retired_at IS NULL").bind(id, now),
  ];
}

/** A code as lists show it. */
export function presentCode({ row, shop }: PlacedCode): Code {
  return {
    id: row.id,
    storeId: row.storeId,
    planId: row.planId,
    campaignId: row.campaignId,
    creatorId: row.creatorId,
    code: row.text,
    state: row.state,
    origin: row.origin,
    store: {
      state: shop?.state ?? "none",
      externalId: shop?.externalId ?? null,
      failure:
        shop === null || shop.failureCode === null
          ? null
          : { code: shop.failureCode, detail: shop.failureDetail ?? "" },
      syncedAt: isoOf(shop?.syncedAt ?? null),
    },
    createdAt: isoOf(row.createdAt),
    updatedAt: isoOf(row.updatedAt),
  };
}

/** Where a code stands in its shop once it was changed: a trigger of the table makes it due there. */
export function dueInShop(shop: InShop): InShop {
  return shop === null ? null : { ...shop, state: "pending" };
}

/** Where a new code of a connected store stands. */
export const NEW_IN_SHOP: InShop = {
  state: "pending",
  externalId: null,
  failureCode: null,
  failureDetail: null,
  syncedAt: null,
};

/** A code with the texts it had before, the latest retired first. */
export function presentDetail(code: PlacedCode, texts: readonly CodeTextRow[]): CodeDetail {
  const current = codeKey(code.row.text);
  const earlier = texts
    .flatMap(({ text, textKey, retiredAt }) => (textKey === current || retiredAt === null ? [] : [{ text, retiredAt }]))
    .toSorted((a, b) => b.retiredAt - a.retiredAt)
    .map(({ text, retiredAt }) => ({ code: text, retiredAt: isoOf(retiredAt) }));
  return { ...presentCode(code), earlier };
}

/**
 * The SQL condition that a plan has sales: a code of it was used in an order, whatever became of the code
 * since, or an order that is no test is credited under it. `planParam` is how the statement names the
 * plan's id, such as `?1` or a column.
 */
export function planHasSales(planParam: string): string {
  return `(EXISTS (SELECT 1 FROM codes sold JOIN code_uses u ON u.code_id = sold.id WHERE sold.plan_id = ${planParam})
    OR EXISTS (SELECT 1 FROM orders o WHERE o.plan_id = ${planParam} AND o.test = 0))`;
}
