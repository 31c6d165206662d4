import { describe, expect, it } from "vitest";
import { heatDrawing } from "../../../src/desk/visits/heat-drawing.ts";
import type { HeatAnswer } from "../../../src/reports/visits/heat-schema.ts";

const HEAT: HeatAnswer = {
  page: "/",
  width: "wide",
  views: 10,
  cells: [
    { column: 0, row: 0, fixed: false, count: 100 },
    { column: 49, row: 9, fixed: false, count: 1 },
  ],
  rage: [],
  elements: [],
  scroll: [{ px: 0, views: 10 }],
  outline: null,
  measuredShare: null,
  range: { from: "2026-11-01", to: "2026-11-30" },
};

describe("DIX-6: a heat map drawn", () => {
  it("stands on the page's own outline, and on a usual width where none is known", () => {
    const plain = heatDrawing(HEAT);
    expect([plain.width, plain.height]).toEqual([1440, 200]);
    const outlined = heatDrawing({ ...HEAT, outline: { width: 1000, height: 900, elements: [] } });
    expect([outlined.width, outlined.height]).toEqual([1000, 900]);
    expect(outlined.cells.map(({ x, y }) => [x, y])).toEqual([
      [0, 0],
      [980, 180],
    ]);
  });

  it("leaves no click unseen, and none outside", () => {
    const { cells, width, clicks } = heatDrawing(HEAT);
    expect(clicks).toBe(101);
    expect(cells.every(({ heat }) => heat >= 0.1 && heat <= 1)).toBe(true);
    expect(cells.every((cell) => cell.x + cell.width <= width)).toBe(true);
  });
});
