import { and, desc, gte, lt } from "drizzle-orm";
import { below, equals } from "../../ground/db/filter.ts";
import { clickRows as clicks } from "../../ground/db/schema/click.ts";
import type { Deps } from "../../ground/deps.ts";
import { endMsOf, isoOf, msOf } from "../../ground/http/fields.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import type { Click, ClickQuery } from "./schema.ts";

/** Clicks that pass a filter, the last to arrive first, starting after the sequence number `after`. */
export async function listClicks(
  { db }: Deps,
  { after, limit }: Stretch<number>,
  filter: Pick<ClickQuery, "link" | "bucket" | "from" | "to">,
): Promise<(typeof clicks.$inferSelect)[]> {
  return db
    .select()
    .from(clicks)
    .where(
      and(
        below(clicks.seq, after),
        equals(clicks.linkId, filter.link),
        equals(clicks.bucket, filter.bucket),
        filter.from === undefined ? undefined : gte(clicks.time, msOf(filter.from)),
        filter.to === undefined ? undefined : lt(clicks.time, endMsOf(filter.to)),
      ),
    )
    .orderBy(desc(clicks.seq))
    .limit(limit);
}

/** A row of the click log as the API shows it. */
export function presentClick(row: typeof clicks.$inferSelect): Click {
  return {
    id: row.id,
    seq: row.seq,
    linkId: row.linkId,
    time: isoOf(row.time),
    bucket: row.bucket as Click["bucket"],
    reason: row.reason,
    rule: row.rule,
    visitorKey: row.visitorKey,
    unique: row.uniqueOfDay === 1,
    country: row.country,
    region: row.region,
    city: row.city,
    device: row.device,
    browser: row.browser,
    os: row.os,
    language: row.language,
    referrerHost: row.referrerHost,
    source: row.source,
    utm: {
      source: row.utmSource,
      medium: row.utmMedium,
      campaign: row.utmCampaign,
      term: row.utmTerm,
      content: row.utmContent,
    },
    consent: row.consent as Click["consent"],
    consentSource: row.consentSource,
    ingestedAt: isoOf(row.ingestedAt),
  };
}
