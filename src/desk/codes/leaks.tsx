import type { Resource } from "../resource/resource.ts";
import { LEAK_COLUMNS, type ShownLeak } from "./leak.tsx";

/** `/admin/codes/leaks`: codes that look leaked. */
export const LEAKS: Resource<ShownLeak> = {
  place: "codes",
  one: "Leak",
  many: "Codes that look leaked",
  trail: [{ name: "Codes", path: "/admin/codes" }],
  api: "/codes/leaks",
  read: "plans:read",
  title: ({ code }) => code,
  page: null,
  list: {
    byStore: true,
    expand: true,
    csv: null,
    idOf: ({ codeId }) => codeId,
    filters: [
      { kind: "whole", name: "days", label: "Days to look back", least: 1, most: 90, hint: "7 where nothing is said." },
      { kind: "ref", of: "plan", name: "plan", label: "Plan" },
    ],
    empty: {
      title: "No code looks leaked.",
      text: "The watch compares uses of each code with clicks on its creator’s links: many uses without a click, a sudden rise, uses from countries without a click, and any use of a text that was retired.",
    },
    columns: LEAK_COLUMNS,
  },
};
