import type { Deps } from "../../ground/deps.ts";
import { refusedEntry } from "../../ground/http/bulk.ts";
import type { AuditEntry, Change } from "../../ground/http/commit.ts";
import { mustHold } from "../../ground/db/premise.ts";
import { Problem } from "../../ground/http/problem.ts";
import { sourceKey } from "../../ground/model/attribution-report.ts";
import { destinationsOf, type Destinations, type Move, moveLinks } from "../../programme/plan/move-links-store.ts";
import { type OtherTag, tagOwnLinks } from "../../programme/plan/own-links-store.ts";
import { readTag, taggedUrl } from "../../programme/provider/tag.ts";
import type { StoreRow } from "../../programme/store/store.ts";
import { assignSources, matchesOf, matchKey } from "./assign-store.ts";
import type { TagBody, TagEntry } from "./tag-schema.ts";
import { existingTagStore, lackingTags, type Match, presentTag, type TagRow, tagsOf, writeTags } from "./tags-store.ts";

/** What a unique index says of a name that another creator took meanwhile. */
const conflicts = {
  "attribution_matches.store_id, attribution_matches.kind, attribution_matches.value": {
    code: "tag_taken",
    path: "matches",
  },
} as const;

/** An entry of a bulk, with the line of the file that it is on. */
export interface GivenEntry {
  line: number;
  entry: TagEntry | Problem;
}

/**
 * Plans a creator's tag: their links carry it from then on, and rows of reports that are known by it are theirs, also
 * those that were imported before. Throws a `Problem`: 404 for a store or a creator who isn't there, 409 for a store of
 * another platform and for a name that is another creator's.
 */
export async function planTag(deps: Deps, storeId: string, creatorId: string, body: TagBody) {
  const store = await existingTagStore(deps, storeId);
  const known = await creatorsBy(deps, [creatorId], []);
  if (!known.ids.has(creatorId)) throw new Problem("not_found", `There is no creator ${creatorId}.`);
  const before = (await tagsOf(deps, storeId, [creatorId])).get(creatorId) ?? null;
  const after = rowOf(deps.now(), storeId, creatorId, body, before);
  const taken = await takenBy(deps, storeId, [after]);
  const fault = takenFault(after, taken);
  if (fault !== null) throw fault;
  const shown = { ...presentTag(after), lacking: await lackingTags(deps, storeId, [creatorId]) };
  if (before !== null && isSame(before, after)) {
    return {
      statements: [],
      audit: [],
      status: 200 as const,
      body: { ...shown, updatedAt: presentTag(before).updatedAt },
    };
  }
  return {
    statements: await change(deps, store, [{ before, after }]),
    audit: [auditOf(before, after)],
    status: 200 as const,
    body: shown,
    conflicts,
  };
}

/** Plans that a creator has no tag any more: their links lead on without, and rows of reports are nobody's. */
export async function planTagless(deps: Deps, storeId: string, creatorId: string): Promise<Change<null>> {
  const store = await existingTagStore(deps, storeId);
  const before = (await tagsOf(deps, storeId, [creatorId])).get(creatorId);
  if (before === undefined) throw new Problem("not_found", `The creator ${creatorId} has no tag in this store.`);
  const after = { ...before, tag: null, matches: [] };
  return {
    statements: await change(deps, store, [{ before, after }]),
    audit: [auditOf(before, null)],
    status: 204,
    body: null,
  };
}

/** Plans many tags, each by itself: what is wrong with one keeps no other. Throws a `Problem`: 404, 409. */
export async function planTags(deps: Deps, storeId: string, given: readonly GivenEntry[]) {
  const store = await existingTagStore(deps, storeId);
  const now = deps.now();
  const entries = given.flatMap(({ entry }) => (entry instanceof Problem ? [] : [entry]));
  const known = await creatorsBy(
    deps,
    entries.flatMap(({ creatorId }) => creatorId ?? []),
    entries.flatMap(({ externalId }) => externalId ?? []),
  );
  const ids = entries.flatMap((entry) => idOf(entry, known) ?? []);
  const before = await tagsOf(deps, storeId, ids);
  const seen = new Set<string>();
  const rows = given.map(({ entry }): TagRow | Problem => {
    if (entry instanceof Problem) return entry;
    const creatorId = idOf(entry, known);
    const path = entry.creatorId === undefined ? "externalId" : "creatorId";
    if (creatorId === null) return Problem.invalid(path, "is no creator's");
    if (seen.has(creatorId)) return Problem.invalid(path, "is there twice");
    seen.add(creatorId);
    return rowOf(now, storeId, creatorId, entry, before.get(creatorId) ?? null);
  });
  const taken = await takenBy(
    deps,
    storeId,
    rows.flatMap((row) => (row instanceof Problem ? [] : [row])),
  );
  const settled = rows.map((row) => {
    if (row instanceof Problem) return row;
    const fault = takenFault(row, taken);
    if (fault !== null) return fault;
    for (const match of row.matches) taken.set(keyOf(match), row.creatorId);
    return row;
  });
  const pairs = settled.flatMap((after) =>
    after instanceof Problem ? [] : [{ before: before.get(after.creatorId) ?? null, after }],
  );
  const changed = pairs.filter(({ before, after }) => before === null || !isSame(before, after));
  return {
    statements: changed.length === 0 ? [] : await change(deps, store, changed),
    audit: changed.map(({ before, after }) => auditOf(before, after)),
    status: 200 as const,
    body: {
      results: settled.map((row, index) => {
        const line = given[index]?.line ?? index + 1;
        return row instanceof Problem
          ? { ...refusedEntry(index, row), line }
          : { index, line, status: before.has(row.creatorId) ? 200 : 201, tag: presentTag(row) };
      }),
      lacking: await lackingTags(
        deps,
        storeId,
        pairs.map(({ after }) => after.creatorId),
      ),
    },
    conflicts,
  };
}

interface KnownCreators {
  ids: ReadonlySet<string>;
  byExternalId: ReadonlyMap<string, string>;
}

async function creatorsBy(
  { d1 }: Deps,
  ids: readonly string[],
  externalIds: readonly string[],
): Promise<KnownCreators> {
  const { results } = await d1
    .prepare(
      `SELECT id, external_id AS externalId FROM creators WHERE deleted_at IS NULL
         AND (id IN (SELECT value FROM json_each(?1)) OR external_id IN (SELECT value FROM json_each(?2)))`,
    )
    .bind(JSON.stringify(ids), JSON.stringify(externalIds))
    .all<{ id: string; externalId: string | null }>();
  return {
    ids: new Set(results.map(({ id }) => id)),
    byExternalId: new Map(results.flatMap(({ id, externalId }) => (externalId === null ? [] : [[externalId, id]]))),
  };
}

function idOf({ creatorId, externalId }: TagEntry, { ids, byExternalId }: KnownCreators): string | null {
  if (creatorId !== undefined) return ids.has(creatorId) ? creatorId : null;
  return byExternalId.get(externalId ?? "") ?? null;
}

function rowOf(
  now: number,
  storeId: string,
  creatorId: string,
  { tag: text, matches }: TagBody,
  before: TagRow | null,
): TagRow {
  const read = readTag(text);
  if (typeof read === "string") throw Problem.invalid("tag", read);
  const byKey = new Map((matches ?? [ownMatch(read.ids)]).map((match) => [keyOf(match), match]));
  return {
    storeId,
    creatorId,
    tag: read.tag,
    matches: [...byKey.values()].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
}

/** By what rows are known where nobody says: Amazon's tags by API share their `maas`, and differ in what is beside. */
function ownMatch(ids: Readonly<Record<string, string>>): Match {
  const { aa_adgroupid: adGroup, aa_creativeid: creative, aa_campaignid: campaign, maas = "" } = ids;
  if (adGroup !== undefined) return { by: "adGroupId", value: adGroup };
  if (creative !== undefined) return { by: "creativeId", value: creative };
  return campaign === undefined ? { by: "tag", value: maas } : { by: "campaignId", value: campaign };
}

const keyOf = ({ by, value }: Match): string => matchKey(by, sourceKey(value));

function isSame(before: TagRow, after: TagRow): boolean {
  const textOf = ({ tag, matches }: TagRow) =>
    JSON.stringify([tag, matches.map(({ by, value }) => `${by} ${value}`).toSorted()]);
  return textOf(before) === textOf(after);
}

/** Whose each name of a store is, but for those of the creators who get others now. */
async function takenBy({ d1 }: Deps, storeId: string, rows: readonly TagRow[]): Promise<Map<string, string>> {
  const changing = new Set(rows.map(({ creatorId }) => creatorId));
  return new Map([...(await matchesOf(d1, storeId))].filter(([, creatorId]) => !changing.has(creatorId)));
}

function takenFault({ matches }: TagRow, taken: ReadonlyMap<string, string>): Problem | null {
  const faults = matches.flatMap((match) => {
    const owner = taken.get(keyOf(match));
    return owner === undefined ? [] : [{ path: "matches", message: `${match.by} ${match.value} is ${owner}'s` }];
  });
  const [first] = faults;
  return first === undefined ? null : new Problem("tag_taken", `${first.message}: name what sets them apart.`, faults);
}

function auditOf(before: TagRow | null, after: TagRow | null): AuditEntry {
  const shown = (row: TagRow | null) => (row === null ? null : presentTag(row));
  const action = before === null ? "create" : after === null ? "delete" : "update";
  // By the creator's id, so that erasing the creator finds it.
  const entityId = (after ?? before)?.creatorId ?? "";
  return { action, entity: "attributionTag", entityId, before: shown(before), after: shown(after) };
}

/**
 * Statements that put tags in place of others: links of plans follow, and sources of reports go to whose they are now.
 * They break their batch off where the store, its plans or the creators aren't as they were read.
 */
async function change(
  deps: Deps,
  store: StoreRow,
  pairs: readonly { before: TagRow | null; after: TagRow }[],
): Promise<D1PreparedStatement[]> {
  const { d1 } = deps;
  const now = deps.now();
  const plans = await plansOf(deps, store);
  const moves = plans.flatMap(({ id, destinations }) =>
    (["affiliate", "tracking"] as const).flatMap((kind): Move[] => {
      const template = destinations[kind];
      if (template === null) return [];
      return pairs.map(({ before, after }) => ({
        planId: id,
        creatorId: after.creatorId,
        kind,
        from: taggedUrl(template, before?.tag ?? null),
        to: taggedUrl(template, after.tag),
      }));
    }),
  );
  const tags = pairs.map(({ before, after }): OtherTag => ({
    creatorId: after.creatorId,
    before: before?.tag ?? null,
    after: after.tag,
  }));
  return [
    mustHold(
      d1,
      `EXISTS (SELECT 1 FROM stores WHERE id = ?1 AND deleted_at IS NULL AND provider = ?2 AND home_url IS ?3)`,
      store.id,
      store.provider,
      store.homeUrl,
    ),
    mustHold(d1, PLANS_AS_READ, store.id, JSON.stringify(plans.map(({ id, updatedAt }) => [id, updatedAt]))),
    mustHold(d1, TAGS_AS_READ, JSON.stringify(pairs.map(({ before, after }) => asRead(before, after))), store.id),
    ...writeTags(
      d1,
      pairs.map(({ after }) => after),
    ),
    assignSources(d1, store.id),
    ...moveLinks(
      d1,
      moves.filter(({ from, to }) => from !== to),
      now,
    ),
    ...(await tagOwnLinks(d1, store.id, tags, now)),
    // What is planned just now with the old tags, by generation too, finds the plan changed, and is planned anew.
    d1
      .prepare(
        "UPDATE tracking_plans SET updated_at = max(?2, updated_at + 1) WHERE store_id = ?1 AND deleted_at IS NULL",
      )
      .bind(store.id, now),
  ];
}

function asRead(before: TagRow | null, { creatorId, tag }: TagRow) {
  return { creatorId, tag: before?.tag ?? null, live: tag !== null };
}

const PLANS_AS_READ = `(SELECT json_group_array(json_array(id, updated_at)) FROM (
  SELECT id, updated_at FROM tracking_plans WHERE store_id = ?1 AND deleted_at IS NULL ORDER BY id)) = ?2`;

/** The condition that the creators of `?1` are there, and have the tags in the store `?2` that they had. */
const TAGS_AS_READ = `NOT EXISTS (
  SELECT 1 FROM json_each(?1) w LEFT JOIN attribution_tags t ON t.store_id = ?2 AND t.creator_id = w.value ->> 'creatorId'
  LEFT JOIN creators c ON c.id = w.value ->> 'creatorId' AND c.deleted_at IS NULL
  WHERE t.tag IS NOT w.value ->> 'tag' OR (w.value ->> 'live' AND c.id IS NULL))`;

async function plansOf(
  { d1 }: Deps,
  store: StoreRow,
): Promise<{ id: string; updatedAt: number; destinations: Destinations }[]> {
  const { results } = await d1
    .prepare(
      `SELECT id, updated_at AS updatedAt, landing_url AS landingUrl, code_pattern AS codePattern, limits
       FROM tracking_plans WHERE store_id = ?1 AND deleted_at IS NULL ORDER BY id`,
    )
    .bind(store.id)
    .all<{ id: string; updatedAt: number; landingUrl: string | null; codePattern: string | null; limits: string }>();
  return results.map(({ id, updatedAt, limits, ...plan }) => ({
    id,
    updatedAt,
    destinations: destinationsOf({ ...plan, limits: JSON.parse(limits) as object }, store),
  }));
}
