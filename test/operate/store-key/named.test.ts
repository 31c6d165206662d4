import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ID_PREFIXES } from "../../../src/ground/id.ts";
import { idsInPath, idsInText, idsInValue, isId, valuesAt } from "../../../src/operate/store-key/named.ts";

const BASE32 = "0123456789abcdefghjkmnpqrstvwxyz";

const anId = fc
  .tuple(
    fc.constantFrom(...Object.values(ID_PREFIXES)),
    fc.array(fc.constantFrom(...BASE32.split("")), { minLength: 16, maxLength: 16 }),
  )
  .map(([prefix, digits]) => `${prefix}${digits.join("")}`);

test("DSH-5: an id is found wherever it stands in a body, and where it stands is told", () => {
  const step = fc.oneof(fc.nat({ max: 3 }), fc.string({ maxLength: 5 }));
  const around = fc.tuple(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }));
  fc.assert(
    fc.property(
      anId,
      fc.array(step, { maxLength: 6 }),
      around,
      fc.jsonValue(),
      (id, steps, [before, after], beside) => {
        const text = `${before}${id}${after}`;
        const body = steps.reduceRight<unknown>(
          (inner, name) =>
            typeof name === "number"
              ? [beside, inner]
              : Object.fromEntries([
                  ["beside", beside],
                  [name, inner],
                ]),
          text,
        );
        const sent: unknown = JSON.parse(JSON.stringify(body));
        const path = steps.map((name) => (typeof name === "number" ? "1" : name)).join(".");
        const found = idsInValue(sent).find((named) => named.id === id);
        expect(found, path).toBeDefined();
        expect(idsInValue({ [text]: 1 }).map((named) => named.id)).toContain(id);
      },
    ),
  );
});

test("DSH-5: no depth hides an id, and none fails for it", () => {
  const id = "str_0123456789abcdef";
  const depth = 200_000;
  const deep: unknown = JSON.parse(`${"[".repeat(depth)}"${id}"${"]".repeat(depth)}`);
  expect(idsInValue(deep)).toMatchObject([{ id, kind: "store" }]);
});

test("DSH-5: one id doesn't hide another that begins within it, nor an escape in a path", () => {
  const [outer, inner] = ["ord_0123456789abcstr", "str_0123456789abcdef"];
  expect(idsInText(`${outer.slice(0, -3)}${inner}`, "").map(({ id }) => id)).toEqual([outer, inner]);
  expect(idsInPath(`/api/v1/stores/str%5F0123456789abcde%66/`)).toMatchObject([{ id: inner }]);
  expect(idsInPath(`/api/v1/stores/%/${inner}`).map(({ id }) => id)).toContain(inner);
});

test("values stand at places of a body, in each of its rows, and are told from what is lacking", () => {
  const body = { links: [{ storeId: "a" }, {}, null], plan: { storeId: "b" } };
  expect(valuesAt(body, "links.*.storeId")).toEqual([
    { path: "links.0.storeId", value: "a" },
    { path: "links.1.storeId", value: undefined },
    { path: "links.2.storeId", value: undefined },
  ]);
  expect(valuesAt(body, "plan.storeId")).toEqual([{ path: "plan.storeId", value: "b" }]);
  expect(valuesAt({ links: "str" }, "links.*.storeId")).toEqual([]);
  expect(valuesAt(null, "constructor")).toEqual([{ path: "constructor", value: undefined }]);
  expect([isId("str_0123456789abcdef"), isId(" str_0123456789abcdef"), isId("xyz_0123456789abcdef"), isId(1)]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
