import { creatorName } from "../../ground/db/names.ts";
import type { Step } from "./step.ts";

/** What ids of steps are called, by their ids; what isn't there is gone. */
export interface Names {
  links: ReadonlyMap<string, LinkName>;
  creators: ReadonlyMap<string, string>;
  campaigns: ReadonlyMap<string, string>;
}

/** What is told of a link. */
export interface LinkName {
  slug: string;
  creatorId: string | null;
  campaignId: string | null;
}

/** What the links, creators and campaigns of steps are called. Of a creator who was deleted nothing is left. Throws what D1 throws. */
export async function namesOf(d1: D1Database, steps: readonly Step[], creatorIds: readonly string[]): Promise<Names> {
  const ids = (of: (step: Step) => string | null | undefined) => [...new Set(steps.flatMap((step) => of(step) ?? []))];
  const { results: links } = await d1
    .prepare(
      `SELECT id, slug, creator_id AS creatorId, campaign_id AS campaignId FROM links
       WHERE id IN (SELECT value FROM json_each(?1))`,
    )
    .bind(JSON.stringify(ids(({ linkId }) => linkId)))
    .all<LinkName & { id: string }>();
  const creators = [
    ...ids(({ creatorId }) => creatorId),
    ...links.flatMap(({ creatorId }) => creatorId ?? []),
    ...creatorIds,
  ];
  const campaigns = [...ids(({ campaignId }) => campaignId), ...links.flatMap(({ campaignId }) => campaignId ?? [])];
  const [creatorRows, campaignRows] = await d1.batch<{ id: string; name: string }>([
    d1
      .prepare(
        `SELECT n.id, ${creatorName("n")} AS name FROM creators n
         WHERE n.id IN (SELECT value FROM json_each(?1))`,
      )
      .bind(JSON.stringify(creators)),
    d1
      .prepare("SELECT id, name FROM campaigns WHERE id IN (SELECT value FROM json_each(?1))")
      .bind(JSON.stringify(campaigns)),
  ]);
  const byId = (rows: { id: string; name: string }[] = []) => new Map(rows.map(({ id, name }) => [id, name]));
  return {
    links: new Map(links.map(({ id, ...link }) => [id, link])),
    creators: byId(creatorRows?.results),
    campaigns: byId(campaignRows?.results),
  };
}
