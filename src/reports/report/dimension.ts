import { creatorName } from "../../ground/db/names.ts";
/** What the rows of a report can be of. */
export const DIMENSIONS = [
  "links",
  "creators",
  "campaigns",
  "plans",
  "codes",
  "countries",
  "sources",
  "devices",
] as const;

/** One of {@link DIMENSIONS}. */
export type Dimension = (typeof DIMENSIONS)[number];

/**
 * What rows can be of; `campaignPlans`: of a campaign and a plan, from which it is told what belongs to which campaigns;
 * `all`: of whatever there is.
 */
export type Counted = Dimension | "campaignPlans" | "stores" | "all";

/** Where each table has what the rows of a report are of: SQL that is empty where it isn't known. */
export interface DimensionSql {
  /** Of a link `l`, which its clicks follow; `null`: clicks themselves have it, in the column {@link split}. */
  link: string | null;
  split: "country" | "device" | "source" | null;
  /** Of a row `m` of the tables of orders. */
  order: string;
  /** Of a use `u` of a code `k`. */
  use: string;
  /** Whether the table of orders' months has the column. */
  inMonths: boolean;
  /** What a row is named by, whose key is `key`. */
  names: {
    join: string;
    /** A JSON object of the fields beside the key. */
    fields: string;
    /** What rows are sorted by. */
    sorted: string;
  };
}

const CREATOR_NAME = creatorName("x");

const bare = { join: "", fields: "'{}'", sorted: "nullif(key, '')" };
const named = (table: string) => ({
  join: `LEFT JOIN ${table} x ON x.id = key`,
  fields: "json_object('name', x.name)",
  sorted: "lower(x.name)",
});

/** SQL of the key of a row of `campaignPlans`. */
const campaignPlan = (alias: string): string =>
  `coalesce(${alias}.campaign_id, '') || '/' || coalesce(${alias}.plan_id, '')`;

/** How each dimension is read. */
export const DIMENSION_SQL: Readonly<Record<Counted, DimensionSql>> = {
  links: {
    link: "l.id",
    split: null,
    order: "m.link_id",
    use: "''",
    inMonths: false,
    names: {
      join: "LEFT JOIN links x ON x.id = key",
      fields: `json_object('slug', x.slug, 'domain', nullif(x.domain, ''), 'storeId', x.store_id, 'creatorId', x.creator_id,
        'campaignId', x.campaign_id)`,
      sorted: "x.slug_key",
    },
  },
  creators: {
    link: "coalesce(l.creator_id, '')",
    split: null,
    order: "m.creator_id",
    use: "k.creator_id",
    inMonths: true,
    names: {
      join: "LEFT JOIN creators x ON x.id = key",
      fields: `json_object('name', ${CREATOR_NAME})`,
      sorted: `lower(${CREATOR_NAME})`,
    },
  },
  campaigns: {
    link: "coalesce(l.campaign_id, '')",
    split: null,
    order: "m.campaign_id",
    use: "coalesce(k.campaign_id, '')",
    inMonths: true,
    names: named("campaigns"),
  },
  plans: {
    link: "coalesce(l.plan_id, '')",
    split: null,
    order: "m.plan_id",
    use: "k.plan_id",
    inMonths: true,
    names: named("tracking_plans"),
  },
  codes: {
    link: "coalesce(l.code_id, '')",
    split: null,
    order: "m.code_id",
    use: "k.id",
    inMonths: false,
    names: {
      join: "LEFT JOIN codes x ON x.id = key",
      fields:
        "json_object('code', x.text, 'creatorId', x.creator_id, 'campaignId', x.campaign_id, 'planId', x.plan_id)",
      sorted: "lower(x.text)",
    },
  },
  countries: {
    link: null,
    split: "country",
    order: "m.country",
    use: "coalesce(u.country, '')",
    inMonths: false,
    names: bare,
  },
  sources: { link: null, split: "source", order: "m.source", use: "''", inMonths: false, names: bare },
  devices: { link: null, split: "device", order: "m.device", use: "''", inMonths: false, names: bare },
  stores: {
    link: "coalesce(l.store_id, '')",
    split: null,
    order: "m.store_id",
    use: "k.store_id",
    inMonths: true,
    // Stores have a key of their own.
    names: named("(SELECT id, name FROM stores)"),
  },
  all: { link: "''", split: null, order: "''", use: "''", inMonths: true, names: bare },
  campaignPlans: {
    link: campaignPlan("l"),
    split: null,
    order: campaignPlan("m"),
    use: campaignPlan("k"),
    inMonths: true,
    names: {
      join: "LEFT JOIN campaigns x ON x.id = substr(key, 1, instr(key, '/') - 1)",
      // A campaign that is gone hides nothing.
      fields: `json_object('campaignId', nullif(substr(key, 1, instr(key, '/') - 1), ''),
        'planId', nullif(substr(key, instr(key, '/') + 1), ''),
        'hiddenBy', iif(x.deleted_at IS NULL AND x.creators_see_performance = 0, x.id, NULL))`,
      sorted: "key",
    },
  },
};
