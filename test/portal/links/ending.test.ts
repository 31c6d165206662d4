import { expect, test } from "vitest";
import { codesLike, endingProblem } from "../../../src/portal/links/ending.ts";

test.each([
  ["ab", "short"],
  ["a".repeat(41), "long"],
  ["lea dress", "characters"],
  ["lea/dress", "characters"],
  ["lea+", "characters"],
  ["<b>lea</b>", "characters"],
  ["lеa", "characters"], // its е is Cyrillic
  ["API", "reserved"],
  ["creator", "reserved"],
  ["lea-dress_2", null],
  ["Léa-été", null],
  ["лея", null],
])("%j as an ending: %s", (ending, problem) => {
  expect(endingProblem(ending)).toBe(problem);
});

test("an ending passes for codes whatever its case, accents, width and dashes", () => {
  for (const ending of ["LEA10", "lea10", "léa10", "ＬＥＡ10", "lea-10", "l_e_a10"]) {
    expect(codesLike(ending), ending).toContain("lea10");
  }
  // Each of its letters is Cyrillic, or Greek.
  for (const ending of ["ВОВВУ10", "во-вву10"]) expect(codesLike(ending), ending).toContain("bobby10");
  expect(codesLike("ΜΑΧ")).toContain("max");
  expect(codesLike("lea11")).not.toContain("lea10");
});
