import type { Page } from "../frame/api-load.ts";
import type { Desk } from "../frame/desk-load.ts";
import type { Shown } from "../resource/resource.ts";
import type { Figures, WithFigures } from "./figures.tsx";

/** What a report has rows of, and by which filter and field it names them. */
const REPORTS = {
  links: { filter: "link", key: "linkId" },
  creators: { filter: "creator", key: "creatorId" },
  codes: { filter: "code", key: "codeId" },
  campaigns: { filter: "campaign", key: "campaignId" },
} as const;

/** Reports whose rows stand beside lists. */
export type FiguresOf = keyof typeof REPORTS;

/** Ids that one report takes. */
const MOST = 200;

/** Numbers of the last 30 days by id, with those of the 30 days before if `before` asks so. Throws the API's `Problem`. */
export async function readFigures(
  desk: Desk,
  of: FiguresOf,
  ids: readonly string[],
  before = false,
): Promise<Map<string, Figures>> {
  const found = new Map<string, Figures>();
  if (ids.length === 0) return found;
  const { filter, key } = REPORTS[of];
  const { data } = await desk.api.get<Page<Figures & Readonly<Record<string, unknown>>>>(`/reports/${of}`, {
    [filter]: ids.slice(0, MOST).join(","),
    limit: 1_000,
    store: desk.store?.id,
    ...(before && { compare: "previous" }),
  });
  for (const row of data) {
    const id = row[key];
    if (typeof id === "string") found.set(id, row);
  }
  return found;
}

/** Puts the numbers of the last 30 days beside the rows of a list, if the key may read reports (`ListSpec.beside`). */
export function besideFigures<Row extends Shown>(of: FiguresOf) {
  return async (desk: Desk, rows: readonly WithFigures<Row>[]): Promise<readonly WithFigures<Row>[]> => {
    if (!desk.may("reports:read")) return rows;
    const figures = await readFigures(
      desk,
      of,
      rows.map(({ id }) => id),
    );
    return rows.map((row) => ({ ...row, figures: figures.get(row.id) ?? null }));
  };
}
