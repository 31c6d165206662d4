import { mustHold } from "../../ground/db/premise.ts";

/** What these statements need. */
interface Database {
  d1: D1Database;
}

/**
 * The condition that a member `m` of a campaign `c` is due a code and links. An archived campaign keeps
 * what it has and goes on tracking, so its status doesn't matter.
 */
const MEMBER_IS_DUE = `c.tracking = 1 AND c.plan_id IS NOT NULL AND c.deleted_at IS NULL
  AND (m.status = 'approved' OR (c.generate_on = 'added' AND m.status = 'applied'))`;

/** The campaigns `c` in which the creator of an assignment `p` is due under its plan, as a member `m`. */
export const WANTING_CAMPAIGNS = `campaign_creators m JOIN campaigns c ON c.id = m.campaign_id
  WHERE m.creator_id = p.creator_id AND c.plan_id = p.plan_id AND ${MEMBER_IS_DUE}`;

/** The condition that the creator of an assignment `p` is due under its plan, by whatever campaign. */
export const CREATOR_IS_DUE = `EXISTS (SELECT 1 FROM ${WANTING_CAMPAIGNS})`;

/** The links of the assignments that a query of `p` finds. */
const linksOf = (assignments: string): string => `
  SELECT p.affiliate_link_id ${assignments} AND p.affiliate_link_id IS NOT NULL
  UNION ALL SELECT p.tracking_link_id ${assignments} AND p.tracking_link_id IS NOT NULL`;

/**
 * Statements that queue what is due to the members of a campaign, by its id; to be run after the change
 * that made it due, in the same batch. `creatorIds` are the members whom the change was about; without
 * them, all are looked through. What is queued, ready or failed stays as it is. What {@link withdraw} put
 * to rest comes back: the code is active, links are enabled, those that creators made themselves too, and what is missing
 * by now is made. `now` is ms UTC.
 */
export function enqueueDue(
  { d1 }: Database,
  campaignId: string,
  now: number,
  creatorIds: readonly string[] | null = null,
): D1PreparedStatement[] {
  const members = `FROM campaigns c JOIN campaign_creators m ON m.campaign_id = c.id
    ${creatorIds === null ? "" : "AND m.creator_id IN (SELECT value FROM json_each(?3))"}`;
  const due = `c.id = ?1 AND ${MEMBER_IS_DUE}`;
  // Before the assignments change, which tell what rests.
  const resting = `${members} JOIN plan_creators p ON p.plan_id = c.plan_id AND p.creator_id = m.creator_id
    WHERE p.state = 'withdrawn' AND ${due}`;
  const values = [campaignId, now, ...(creatorIds === null ? [] : [JSON.stringify(creatorIds)])];
  return [
    `UPDATE codes SET state = 'active', updated_at = ?2
     WHERE state = 'withdrawn' AND id IN (SELECT p.code_id ${resting})`,
    `UPDATE links SET disabled = 0, updated_at = ?2 WHERE disabled = 1 AND id IN (${linksOf(resting)})`,
    `UPDATE links SET disabled = 0, withdrawn_at = NULL, updated_at = ?2 WHERE id IN (
       SELECT l.id FROM (SELECT c.plan_id, m.creator_id ${members} WHERE ${due}) d
       CROSS JOIN links l ON l.creator_id = d.creator_id AND l.plan_id = d.plan_id AND l.withdrawn_at IS NOT NULL)`,
    `INSERT INTO plan_creators (plan_id, creator_id, campaign_id, state, queued_at, updated_at)
     SELECT c.plan_id, m.creator_id, c.id, 'queued', ?2, ?2 ${members} WHERE ${due}
     ON CONFLICT (plan_id, creator_id) DO UPDATE SET state = 'queued', queued_at = ?2, updated_at = ?2
     WHERE state = 'withdrawn'`,
  ].map((sql) => d1.prepare(sql).bind(...values));
}

/**
 * Statement that queues again what is ready under a plan but lacks something that the plan asks for by
 * now, if its creator is still due; to be run after the plan's change, in the same batch. A code that
 * was retired isn't lacking: a new one is made when somebody asks (see {@link retry}).
 */
export function enqueuePlan({ d1 }: Database, planId: string, now: number): D1PreparedStatement {
  return d1
    .prepare(
      `UPDATE plan_creators AS p SET state = 'queued', queued_at = ?2, updated_at = ?2
       FROM tracking_plans t
       WHERE p.plan_id = ?1 AND t.id = p.plan_id AND t.deleted_at IS NULL AND p.state = 'ready'
         AND ((t.code_pattern IS NOT NULL AND p.code_id IS NULL)
           OR (t.affiliate_link = 1 AND p.affiliate_link_id IS NULL)
           OR (t.track_clicks = 1 AND p.tracking_link_id IS NULL))
         AND ${CREATOR_IS_DUE}`,
    )
    .bind(planId, now);
}

/**
 * Statements that queue creators' assignments again: those that failed, or are ready but whose code was retired or whose
 * link was deleted, which are made anew then. They break their batch off unless each creator has such an assignment.
 */
export function retry(
  { d1 }: Database,
  planId: string,
  creatorIds: readonly string[],
  now: number,
): D1PreparedStatement[] {
  const retired = "EXISTS (SELECT 1 FROM codes WHERE id = p.code_id AND state = 'retired')";
  const deleted = (column: string): string =>
    `EXISTS (SELECT 1 FROM links WHERE id = p.${column} AND deleted_at IS NOT NULL)`;
  const keptLink = (column: string): string => `${column} = iif(${deleted(column)}, NULL, p.${column})`;
  const lacks = `(p.state = 'failed' OR (p.state = 'ready'
    AND (${retired} OR ${deleted("affiliate_link_id")} OR ${deleted("tracking_link_id")})))`;
  const ids = JSON.stringify(creatorIds);
  return [
    mustHold(
      d1,
      `NOT EXISTS (SELECT 1 FROM json_each(?2) w WHERE NOT EXISTS (
         SELECT 1 FROM plan_creators p WHERE p.plan_id = ?1 AND p.creator_id = w.value AND ${lacks}))`,
      planId,
      ids,
    ),
    d1
      .prepare(
        `UPDATE plan_creators AS p SET state = 'queued', failure_code = NULL, failure_detail = NULL,
           code_id = iif(${retired}, NULL, p.code_id), ${keptLink("affiliate_link_id")},
           ${keptLink("tracking_link_id")},
           queued_at = ?3, updated_at = ?3
         WHERE p.plan_id = ?1 AND p.creator_id IN (SELECT value FROM json_each(?2)) AND ${lacks}`,
      )
      .bind(planId, ids, now),
  ];
}

/**
 * Statements that put to rest what creators have under a campaign's plan: links are disabled, those that they made
 * themselves too, codes are withdrawn. To be run after their rejection, in the same batch. Nothing happens to those who
 * are still due by another campaign of the plan.
 */
export function withdraw(
  { d1 }: Database,
  campaignId: string,
  creatorIds: readonly string[],
  now: number,
): D1PreparedStatement[] {
  const resting = `FROM plan_creators p
    WHERE p.plan_id = (SELECT plan_id FROM campaigns WHERE id = ?1)
      AND p.creator_id IN (SELECT value FROM json_each(?2)) AND p.state <> 'withdrawn' AND NOT ${CREATOR_IS_DUE}`;
  return [
    `UPDATE codes SET state = 'withdrawn', updated_at = ?3
     WHERE state = 'active' AND id IN (SELECT p.code_id ${resting})`,
    `UPDATE links SET disabled = 1, updated_at = ?3 WHERE disabled = 0 AND id IN (${linksOf(resting)})`,
    `UPDATE links SET disabled = 1, withdrawn_at = ?3, updated_at = ?3
     WHERE id IN (SELECT l.id FROM (SELECT p.plan_id, p.creator_id ${resting}) r
       CROSS JOIN links l ON l.creator_id = r.creator_id AND l.plan_id = r.plan_id AND l.made_by = 'creator'
         AND l.disabled = 0 AND l.deleted_at IS NULL)`,
    `UPDATE plan_creators SET state = 'withdrawn', failure_code = NULL, failure_detail = NULL, updated_at = ?3
     WHERE (plan_id, creator_id) IN (SELECT p.plan_id, p.creator_id ${resting})`,
  ].map((sql) => d1.prepare(sql).bind(campaignId, JSON.stringify(creatorIds), now));
}
