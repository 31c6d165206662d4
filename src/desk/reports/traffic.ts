import type { TrafficRow } from "../../reports/report/schema.ts";
import { measuresOf } from "../report/measures.ts";
import type { Report } from "../report/report.ts";

const { count } = measuresOf<TrafficRow>();

/** `/admin/reports/traffic`. */
export const TRAFFIC: Report<TrafficRow, TrafficRow> = {
  title: "Traffic",
  about: "Every request to a link is in exactly one of these, and together they are all requests. Days are in UTC.",
  api: "/reports/traffic",
  store: "any",
  filters: [
    { kind: "ref", of: "link", name: "link", label: "Link" },
    { kind: "ref", of: "creator", name: "creator", label: "Creator" },
    { kind: "ref", of: "campaign", name: "campaign", label: "Campaign" },
  ],
  intervals: ["hour", "day"],
  keys: [],
  measures: [
    count("requests", "Requests", { main: true }),
    count("counted", "Counted", { main: true, hint: "Clicks of people, one a visitor, link and hour." }),
    count("duplicate", "Duplicates", { main: true, hint: "The same visitor on the same link within the hour." }),
    count("bot", "Bots", { main: true, hint: "Programs by what they say of themselves or how they come." }),
    count("prefetch", "Prefetched", { hint: "A browser or app looked ahead." }),
    count("head", "HEAD", { hint: "Asked whether the link is there." }),
    count("embedded", "Embedded", { hint: "Asked as a picture or a frame." }),
    count("inactive", "Inactive", { hint: "The link wasn’t live." }),
  ],
  empty: "Requests to links would be counted here.",
};
