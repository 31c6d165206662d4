import { type BatchRow, type PackedBatch, pack, unpack } from "./pack.ts";

/**
 * What a batch holds once the UTM values of clicks on some links are taken out; `null` if none of these has any. Nothing
 * else of it changes: neither the clicks nor their order, and not what they count as. Throws as `unpack` does.
 */
export function withoutUtms(
  batch: BatchRow,
  isErased: (linkId: string) => boolean,
): Pick<PackedBatch, "facts" | "clicks"> | null {
  let erased = false;
  const clicks = unpack(batch).map((click) => {
    // Why a visit counts or doesn't is what its verdict says, which may yet change.
    const reason = click.bucket === "counted" || click.bucket === "duplicate" ? null : click.reason;
    const { utmSource, utmMedium, utmCampaign, utmTerm, utmContent } = click;
    if (!isErased(click.linkId) || (utmSource ?? utmMedium ?? utmCampaign ?? utmTerm ?? utmContent) === null) {
      return { ...click, reason };
    }
    erased = true;
    return {
      ...click,
      reason,
      utmSource: null,
      utmMedium: null,
      utmCampaign: null,
      utmTerm: null,
      utmContent: null,
    };
  });
  if (!erased) return null;
  const { facts, clicks: entries } = pack(clicks);
  return { facts, clicks: entries };
}
