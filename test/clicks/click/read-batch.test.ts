import { describe, expect, test } from "vitest";
import { readBatch } from "../../../src/clicks/click/read-batch.ts";
import { clickMessage } from "../click-message.ts";

const CLICK = clickMessage({ id: "clk_1", linkId: "lnk_1", time: 1_795_000_000_000 });
const READ = { agent: { bot: null, device: "mobile", browser: "Safari", os: "iOS" }, source: "social" };

/** The click of a message as it would be read, or `null`. */
function read(click: unknown) {
  const batch = readBatch({ v: 1, clicks: [click] });
  expect((batch?.clicks.length ?? 0) + (batch?.unreadable.length ?? 0)).toBe(1);
  return batch?.clicks[0] ?? null;
}

describe("a click of a message", () => {
  test("is read as it was sent, with texts or without", () => {
    expect(read(CLICK)).toEqual(CLICK);
    const bare = Object.fromEntries(
      Object.entries(CLICK).map(([name, value]) => [
        name,
        /^(id|linkId|time|bucket|reason|consent)/.test(name) ? value : null,
      ]),
    );
    expect(read({ ...bare, adIds: [] })).toEqual({ ...bare, adIds: [] });
    for (const bucket of ["visit", "head", "prefetch", "embedded", "inactive"])
      expect(read({ ...CLICK, bucket })).not.toBeNull();
    for (const consent of ["strict", "deferred", "implied"]) expect(read({ ...CLICK, consent })).not.toBeNull();
    expect(read({ ...CLICK, rule: 3, adIds: ["gclid"], userAgent: null, read: READ })).toMatchObject({ read: READ });
  });

  test("from before there were rules was led to the link's own destination", () => {
    const { rule: _rule, ...old } = CLICK;
    expect(read(old)).toEqual({ ...CLICK, rule: null });
  });

  test("that says more than this version knows is read", () => {
    expect(read({ ...CLICK, later: 1 })).not.toBeNull();
  });

  test.each(Object.keys(CLICK).filter((name) => name !== "rule"))("can't be read without its %s", (name) => {
    expect(read({ ...CLICK, [name]: undefined })).toBeNull();
  });

  test.each(Object.keys(CLICK))("can't be read with something else for its %s", (name) => {
    for (const value of [{}, true, [1], name === "time" || name === "rule" ? "7" : 7]) {
      expect(read({ ...CLICK, [name]: value }), JSON.stringify(value)).toBeNull();
    }
  });

  test.each([
    { id: "" },
    { linkId: "" },
    { time: -1 },
    { time: 1.5 },
    { time: 9e15 },
    { time: null },
    { bucket: "counted" },
    { bucket: "toString" },
    { bucket: null },
    { consent: "regional" },
    { rule: -1 },
    { rule: 0.5 },
    { adIds: null },
    { read: {} },
    { read: { ...READ, agent: null } },
    { read: { ...READ, agent: { ...READ.agent, device: null } } },
  ])("can't be read with %j", (part) => {
    expect(read({ ...CLICK, ...part })).toBeNull();
  });

  test.each([null, 7, "clk_1", [], [CLICK]])("isn't %j", (click) => {
    expect(read(click)).toBeNull();
  });
});

test.each([
  null,
  7,
  "{}",
  [],
  {},
  { v: 1 },
  { v: 2, clicks: [] },
  { v: 2, texts: {}, clicks: [] },
  { v: 2, texts: [null], clicks: "" },
  { v: 3, texts: [null], clicks: [] },
  { v: "1", clicks: [] },
  { v: 1, clicks: { 0: CLICK } },
])("%j is no batch", (body) => {
  expect(readBatch(body)).toBeNull();
});

test("a batch is read click by click, in order", () => {
  const [second, third] = ["clk_2", "clk_3"].map((id) => ({ ...CLICK, id }));
  const body = { v: 1, clicks: [CLICK, null, second, { ...third, time: "now" }] };
  expect(readBatch(body)).toEqual({
    id: null,
    clicks: [CLICK, second],
    unreadable: [null, { ...third, time: "now" }],
  });
  expect(readBatch({ v: 1, clicks: [] })).toEqual({ id: null, clicks: [], unreadable: [] });
});
