import { DEVICE_NAMES, UTM_FIELDS } from "../../ground/model/link.ts";
import type { Page } from "../frame/api-load.ts";
import type { Desk } from "../frame/desk-load.ts";
import { type Field, optionsOf } from "../form/field.ts";

const RULES: Field = {
  kind: "list",
  name: "rules",
  label: "Other destinations",
  hint: "For some visitors. The first rule that fits wins; who fits none goes to the destination above.",
  item: "Rule",
  most: 20,
  of: [
    { kind: "url", name: "url", label: "Leads to", required: true },
    {
      kind: "group",
      name: "when",
      label: "For whom",
      hint: "All that is said must hold. A rule that says nothing fits everyone.",
      fields: [
        {
          kind: "words",
          name: "country",
          label: "Countries",
          empty: "omit",
          hint: "Two letters each, with commas between them, such as DE, AT.",
        },
        { kind: "words", name: "region", label: "Regions", empty: "omit", hint: "Names, such as Bavaria." },
        { kind: "choices", name: "device", label: "Devices", empty: "omit", options: optionsOf([...DEVICE_NAMES]) },
        { kind: "words", name: "language", label: "Languages", empty: "omit", hint: "Such as de, pt-BR." },
        {
          kind: "group",
          name: "hours",
          label: "Time of day",
          optional: true,
          fields: [
            { kind: "text", name: "from", label: "From", placeholder: "09:30", short: true },
            { kind: "text", name: "to", label: "Until", placeholder: "17:00", short: true },
            { kind: "text", name: "timezone", label: "Time zone", placeholder: "UTC", short: true },
          ],
        },
        {
          kind: "number",
          name: "weight",
          label: "Share of visitors, %",
          least: 0,
          most: 100,
          hint: "For an A/B test: so many of 100 visitors. All rules together have 100 at most.",
        },
      ],
    },
  ],
};

/** What a link is made and changed by. `domains`: hosts to choose from; `null`: they can't be read, so one is typed. */
export function fieldsOf(domains: readonly string[] | null): readonly Field[] {
  return [
    {
      kind: "text",
      name: "url",
      label: "Destination",
      required: true,
      hint: "A web address. After its host it may hold variables such as {{username}}.",
    },
    {
      kind: "text",
      name: "slug",
      label: "Slug",
      empty: "omit",
      hint: "The last part of the short address. Made up where it is empty.",
      max: 64,
    },
    {
      kind: "choice",
      name: "kind",
      label: "Kind",
      options: optionsOf(["affiliate", "tracking"]),
      empty: "omit",
      hint: "An affiliate link earns by sales, a tracking link only counts. Where nothing is said, it follows from whose the link is.",
    },
    {
      kind: "group",
      name: null,
      label: "Whose it is",
      fields: [
        { kind: "ref", of: "creator", name: "creatorId", label: "Creator" },
        { kind: "ref", of: "campaign", name: "campaignId", label: "Campaign" },
        { kind: "ref", of: "plan", name: "planId", label: "Tracking plan" },
        {
          kind: "ref",
          of: "code",
          name: "codeId",
          label: "Code",
          hint: "What {{code}} stands for in the destination.",
        },
        {
          kind: "ref",
          of: "store",
          name: "storeId",
          label: "Store",
          hint: "Follows from the plan, the domain or the destination.",
        },
        domains === null || domains.length === 0
          ? { kind: "text", name: "domain", label: "Domain", hint: "Empty: the link answers on every host." }
          : {
              kind: "choice",
              name: "domain",
              label: "Domain",
              options: domains.map((host) => ({ value: host, label: host })),
              hint: "None: the link answers on every host.",
            },
        { kind: "words", name: "tags", label: "Tags", hint: "With commas between them." },
      ],
    },
    {
      kind: "group",
      name: "utm",
      label: "UTM parameters",
      folded: true,
      fields: UTM_FIELDS.map((name) => ({
        kind: "text" as const,
        name,
        label: `utm_${name}`,
        empty: "omit" as const,
      })),
    },
    {
      kind: "group",
      name: null,
      label: "When it is live",
      folded: true,
      fields: [
        { kind: "moment", name: "startsAt", label: "From (UTC)" },
        { kind: "moment", name: "endsAt", label: "Until (UTC)" },
        { kind: "whole", name: "maxClicks", label: "Clicks at most", least: 1 },
        {
          kind: "url",
          name: "fallbackUrl",
          label: "Where it leads otherwise",
          hint: "Before, afterwards, and when its clicks are used up. Empty: where its plan says, else to a page that says so.",
        },
        { kind: "switch", name: "disabled", label: "Switched off" },
      ],
    },
    { kind: "group", name: null, label: "Rules", folded: true, fields: [RULES] },
  ];
}

/** The same with the domains that there are, for keys that may see them: none that is limited to stores. */
export async function fieldsFor(desk: Desk): Promise<readonly Field[]> {
  if (!desk.may("settings:read") || desk.actor.storeIds !== null) return fieldsOf(null);
  const { data } = await desk.api.get<Page<{ hostname: string }>>("/domains", { limit: 200 });
  return fieldsOf(data.map(({ hostname }) => hostname));
}
