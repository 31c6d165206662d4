import type { HeatAnswer } from "../../reports/visits/heat-schema.ts";

/** Columns that a page's width is counted in, and the height of a row, px (see `heat-schema.ts`). */
const COLUMNS = 50;
const ROW_PX = 20;

/** The width of a drawing, px, where no view told that of the page. */
const WIDTHS = { narrow: 390, medium: 900, wide: 1440 } as const;

/** The highest that is drawn, px: what is below stands in the table. */
const MAX_HEIGHT = 12_000;

/** The faintest that can be told from nothing. */
const FAINTEST = 0.12;

/** A zone as it is drawn, px. */
export interface HeatCell {
  x: number;
  y: number;
  width: number;
  height: number;
  /** 0 to 1: how much it is clicked beside the most clicked one. */
  heat: number;
}

/** A heat map to be drawn, px. */
export interface HeatDrawing {
  width: number;
  height: number;
  cells: HeatCell[];
  outline: { left: number; top: number; width: number; height: number; rule: string }[];
  /** Clicks and rage clicks in all. */
  clicks: number;
  rage: number;
}

/** Lays the zones of a heat map out over the page's outline, or over a page of a usual width where none is known. */
export function heatDrawing({ cells, rage, outline, scroll, width: band }: HeatAnswer): HeatDrawing {
  const width = Math.round(outline?.width ?? WIDTHS[band]);
  const lowest = Math.max(0, ...cells.map(({ row }) => (row + 1) * ROW_PX), ...scroll.map(({ px }) => px));
  const height = Math.min(MAX_HEIGHT, Math.max(ROW_PX * 10, lowest, Math.round(outline?.height ?? 0)));
  const most = Math.max(1, ...cells.map(({ count }) => count));
  const sum = (rows: readonly { count: number }[]): number => rows.reduce((total, { count }) => total + count, 0);
  return {
    width,
    height,
    // By the root, for most zones have a hundredth of the clicks of the first.
    cells: cells
      .filter(({ row }) => row * ROW_PX < height)
      .map(({ column, row, count }) => ({
        x: Math.round((column * width) / COLUMNS),
        y: row * ROW_PX,
        width: Math.ceil(width / COLUMNS),
        height: ROW_PX,
        heat: Math.round(Math.max(FAINTEST, Math.sqrt(count / most)) * 100) / 100,
      })),
    outline: (outline?.elements ?? []).map(({ left, top, width, height, rule }) => ({
      left,
      top,
      width,
      height,
      rule,
    })),
    clicks: sum(cells),
    rage: sum(rage),
  };
}
