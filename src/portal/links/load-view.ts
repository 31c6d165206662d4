import { dayIn } from "../../books/ledger/calendar.ts";
import { spanUntil } from "../frame/span.ts";
import type { PortalContext, Visit } from "../frame/admit-page.ts";
import { clicksOf } from "./load-clicks.ts";
import { detailsOf, entriesOf } from "./load-links.ts";
import { makableOf } from "./load-makable.ts";
import type { LinksView, MakeForm } from "./view.ts";
import { CLICK_DAYS } from "./look.ts";

/** Codes and links of one page at most, however short they are. */
const MAX_SHOWN = 24;

/** Days of the clicks that are shown: see {@link spanUntil}. */
const SPAN = `${CLICK_DAYS}d` as const;

/** What the page shows whoever asks for it, with the form as it was sent, if it was. Throws what D1 throws. */
export async function viewOf(c: PortalContext, visit: Visit, sent: MakeForm | null = null): Promise<LinksView> {
  const { deps } = c.env;
  const { guest, campaigns, now } = visit;
  const [entries, makable] = await Promise.all([
    entriesOf(deps, guest.creatorId, campaigns),
    makableOf(deps, guest.creatorId, now),
  ]);
  const skip = Number(c.req.query("skip") ?? 0);
  const skipped = Number.isInteger(skip) && skip > 0 && skip < entries.length ? skip : 0;
  const shown = entries.slice(skipped, skipped + MAX_SHOWN);
  const asked = { made: c.req.query("made"), there: c.req.query("there") };
  const freshId = sent === null ? (asked.made ?? asked.there ?? null) : null;
  const wanted = freshId === null ? shown : [...shown, { id: freshId }];
  const details = await detailsOf(deps, guest.creatorId, wanted, now);
  const fresh = freshId === null ? undefined : details.get(freshId);
  const counted = shown.filter(({ id, campaign }) => {
    const detail = details.get(id);
    return detail?.kind === "link" && campaign?.visible === true && !detail.hidden;
  });
  const ids = counted.map(({ id }) => id);
  const days = spanUntil(SPAN, lastDay(visit));
  const clicks = await clicksOf(deps, guest.creatorId, ids, days);
  const none = Array.from({ length: CLICK_DAYS }, () => 0);
  return {
    entries,
    skipped,
    shown,
    details,
    clicks: new Map(ids.map((id) => [id, clicks.get(id) ?? none])),
    makable,
    form: sent ?? emptyForm(c.req.query("for"), entries.length === 0),
    fresh: fresh?.kind === "link" ? { link: fresh, made: asked.made !== undefined } : null,
    switchedOff: sent === null && c.req.query("done") === "off",
  };
}

/** The form as it is first shown: unfolded where it was asked for, or where there is nothing else to see. */
function emptyForm(campaign: string | undefined, isAlone: boolean): MakeForm {
  const typed = { campaign: campaign ?? "", page: "", ending: "" };
  return { typed, faults: [], tooFast: false, open: isAlone || campaign !== undefined };
}

/** The latest day that it is in any store of the creator's campaigns. */
function lastDay({ campaigns, now }: Visit): string {
  const zones = new Set(campaigns.flatMap(({ store }) => (store === null ? [] : [store.timezone])));
  return (
    [...zones]
      .map((zone) => dayIn(zone, now))
      .toSorted()
      .at(-1) ?? dayIn("UTC", now)
  );
}
