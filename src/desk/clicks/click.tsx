import type { Click } from "../../clicks/click/schema.ts";
import { optionsOf, wordsOf } from "../form/field.ts";
import { Chip, Empty, Moment, Named, type Tone } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";
import type { Column, Resource } from "../resource/resource.ts";

const BUCKETS: Readonly<Record<Click["bucket"], { tone: Tone; label: string }>> = {
  counted: { tone: "good", label: "Counted" },
  duplicate: { tone: "plain", label: "Repeat" },
  bot: { tone: "plain", label: "Program" },
  prefetch: { tone: "plain", label: "Prefetch" },
  head: { tone: "plain", label: "Head request" },
  embedded: { tone: "wait", label: "Embedded" },
  inactive: { tone: "wait", label: "Link not live" },
};

const UTM = ["source", "medium", "campaign", "term", "content"] as const;

/** What of a click is shown. */
export const CLICK_COLUMNS: readonly Column<Click>[] = [
  {
    label: "Time",
    main: true,
    cell: ({ time }, { desk }) => <Moment desk={desk} time={time} />,
    csv: ({ time }) => time,
  },
  {
    label: "Link",
    cell: ({ linkId }, { names }) => <Named id={linkId} names={names} />,
    csv: ({ linkId }) => linkId,
  },
  {
    label: "What became of it",
    cell: ({ bucket, reason, unique }) => (
      <>
        <Chip tone={BUCKETS[bucket].tone}>{BUCKETS[bucket].label}</Chip>
        {unique ? " first that day" : ""}
        {bucket === "counted" ? null : (
          <>
            <br />
            <small>{wordsOf(reason)}</small>
          </>
        )}
      </>
    ),
    csv: ({ bucket }) => bucket,
  },
  {
    label: "From",
    cell: ({ country, region, city }) => placeText([city, region, country]),
    csv: ({ country }) => country,
  },
  {
    label: "With",
    cell: ({ device, browser, os, language }) => placeText([wordsOf(device), browser, os, language]),
    csv: ({ device }) => device,
  },
  {
    label: "Came by",
    cell: ({ source, referrerHost, utm }) => (
      <>
        {placeText([wordsOf(source), referrerHost])}
        {UTM.some((name) => utm[name] !== null) ? (
          <>
            <br />
            <small>
              UTM{" "}
              {UTM.filter((name) => utm[name] !== null)
                .map((name) => `${name} ${utm[name]}`)
                .join(", ")}
            </small>
          </>
        ) : null}
      </>
    ),
    csv: ({ source }) => source,
  },
  {
    label: "Consent",
    cell: ({ consent, consentSource }) => (
      <>
        {wordsOf(consent)} <small>({wordsOf(consentSource).toLowerCase()})</small>
      </>
    ),
    csv: ({ consent }) => consent,
  },
];

function placeText(parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== "").join(", ") || "–";
}

/** `/admin/clicks`: the click log. */
export const CLICKS: Resource<Click> = {
  place: "clicks",
  one: "Click",
  many: "Clicks",
  api: "/clicks",
  read: "reports:read",
  title: ({ id }) => id,
  page: null,
  list: {
    csv: "desk",
    filters: [
      { kind: "ref", of: "link", name: "link", label: "Link" },
      {
        kind: "choice",
        name: "bucket",
        label: "What became of it",
        options: optionsOf(Object.keys(BUCKETS)).map(({ value }) => ({
          value,
          label: BUCKETS[value as Click["bucket"]].label,
        })),
      },
      { kind: "moment", name: "from", label: "From (UTC)" },
      { kind: "moment", name: "to", label: "Before (UTC)" },
    ],
    empty: {
      title: "There is no click yet.",
      text: "Each request to a link stands here moments after it came, with where it came from and whether it counted.",
    },
    columns: CLICK_COLUMNS,
    expand: true,
    first: ({ actor, url, store }) =>
      actor.storeIds === null || url.searchParams.get("link") ? null : (
        <Empty
          title="Name a link"
          action={
            <a class="button" href={withQuery("/admin/links", { store: store?.id })}>
              Links
            </a>
          }
        >
          Your key is for some stores, and may see the clicks of their links: name one above, or come here from its
          page.
        </Empty>
      ),
    intro: () => (
      <p class="note">
        The last to arrive first. The log is looked at a stretch at a time, so a filtered page may be short before the
        last. Older days come as files under <a href="/admin/exports">Exports</a>.
      </p>
    ),
  },
};
