import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBatch } from "../../../src/clicks/click/read-batch.ts";
import { unpackMessage } from "../../../src/clicks/click/unpack.ts";
import { packMessage } from "../../../src/edge/click/pack.ts";
import { leavingClick, leavingClicks, plainClick } from "../../edge/click/leaving-clicks.ts";

/** Entries of a click in a message. */
const ENTRIES = 21;

/** A message of two clicks as an isolate sent it once: it may wait in a queue, or in a dead letter, for longer than its code lives. */
const SENT = {
  v: 2,
  id: "kJ3n_0Qd-fUxW9aB",
  texts: [
    null,
    "lnk_06f1m2k3w40abcde",
    "visit",
    "implied",
    "policy",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X)",
    "de-DE,de;q=0.9",
    "l.instagram.com",
    "fbclid,igsh",
    "lea.makes",
    "creator",
    "DE",
    "Berlin",
    "TXL",
    "head",
    "method_head",
    "strict",
    "gpc",
    '{"agent":{"bot":null,"device":"mobile","browser":"Mobile Safari","os":"iOS"},"source":"social"}',
  ],
  clicks: [
    ["AaHtQ5kAAbCdEfGh1234PseudonymOf16chr", 1, 2, 2, 0, 3, 4, 5, 0, 6, 7, 8, 9, 10, 0, 0, 0, 11, 12, 12, 13],
    ["AaHtQ5kBZyXwVuTs-_09", 1, 14, 15, 3, 16, 17, 0, 18, 0, 0, 0, 9, 0, 0, 0, 0, 11, 0, 0, 13],
  ].flat(),
};

const READ = [
  {
    id: "clk_AaHtQ5kAAbCdEfGh1234",
    linkId: "lnk_06f1m2k3w40abcde",
    time: 1_794_981_992_704,
    bucket: "visit",
    reason: "visit",
    rule: null,
    consent: "implied",
    consentSource: "policy",
    pseudonym: "PseudonymOf16chr",
    userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X)",
    language: "de-DE,de;q=0.9",
    referrerHost: "l.instagram.com",
    adIds: ["fbclid", "igsh"],
    utmSource: "lea.makes",
    utmMedium: "creator",
    utmCampaign: null,
    utmTerm: null,
    utmContent: null,
    country: "DE",
    region: "Berlin",
    city: "Berlin",
    colo: "TXL",
  },
  {
    id: "clk_AaHtQ5kBZyXwVuTs-_09",
    linkId: "lnk_06f1m2k3w40abcde",
    time: 1_794_981_992_705,
    bucket: "head",
    reason: "method_head",
    rule: 2,
    consent: "strict",
    consentSource: "gpc",
    pseudonym: null,
    userAgent: null,
    read: { agent: { bot: null, device: "mobile", browser: "Mobile Safari", os: "iOS" }, source: "social" },
    language: null,
    referrerHost: null,
    adIds: [],
    utmSource: "lea.makes",
    utmMedium: null,
    utmCampaign: null,
    utmTerm: null,
    utmContent: null,
    country: "DE",
    region: null,
    city: null,
    colo: "TXL",
  },
];

/** The message as a queue carries it. */
const carried = (message: unknown): unknown => JSON.parse(JSON.stringify(message));

describe("a packed message", () => {
  it("of today will be read as it was sent", () => {
    expect(readBatch(SENT)).toEqual({ id: SENT.id, clicks: READ, unreadable: [] });
  });

  it("is read as its clicks were seen, whatever they are", () => {
    fc.assert(
      fc.property(leavingClicks, (clicks) => {
        const message = packMessage("0123456789abcdef", clicks);
        const expected = clicks.map(plainClick);
        expect(readBatch(carried(message))).toEqual({ id: "0123456789abcdef", clicks: expected, unreadable: [] });
        expect(carried(unpackMessage(message))).toEqual(carried(expected));
      }),
    );
  });

  it("says each text once", () => {
    fc.assert(
      fc.property(leavingClick, (click) => {
        const one = packMessage("0123456789abcdef", [click]);
        expect(one.texts[0]).toBeNull();
        expect(
          packMessage(
            "0123456789abcdef",
            Array.from({ length: 9 }, () => click),
          ).texts,
        ).toEqual(one.texts);
      }),
    );
  });

  it("without an id that tells it is read all the same", () => {
    for (const id of [undefined, null, "", 7]) {
      expect(readBatch(carried({ ...SENT, id }))).toEqual({ id: null, clicks: READ, unreadable: [] });
    }
  });

  it("gives its clicks one string for a text that they share, and one reading of it", () => {
    const batch = readBatch({ ...SENT, clicks: [...SENT.clicks, ...SENT.clicks] });
    expect(batch?.clicks[0]?.adIds).toBe(batch?.clicks[2]?.adIds);
    expect(batch?.clicks[1]?.read).toBe(batch?.clicks[3]?.read);
  });
});

describe("of a damaged message", () => {
  const anything: fc.Arbitrary<unknown> = fc.jsonValue().map(carried);

  it("a click that can't be read holds up no other, and is kept with its texts", () => {
    const [first, second] = READ;
    const texts = [...SENT.texts, "x"];
    const clicks = SENT.clicks.with(2, 99).with(1, 19);
    expect(readBatch({ ...SENT, texts, clicks })).toEqual({
      id: SENT.id,
      clicks: [second],
      unreadable: [{ ...first, linkId: "x", bucket: 99 }],
    });
    // What was read of a user agent may be no JSON.
    const torn = SENT.texts.with(18, '{"agent":{"bot"');
    expect(readBatch({ ...SENT, texts: torn })).toEqual({
      id: SENT.id,
      clicks: [first],
      unreadable: [{ ...second, read: '{"agent":{"bot"' }],
    });
    // A cut message ends in half a click.
    const half = readBatch({ ...SENT, clicks: SENT.clicks.slice(0, ENTRIES + 3) });
    expect(half).toMatchObject({ clicks: [first], unreadable: [{ id: second?.id, linkId: second?.linkId }] });
    // So does a stamp that was cut, or is none.
    for (const [own, id] of [
      ["AaHtQ5kAAbCdEfGh123", "AaHtQ5kAAbCdEfGh123"],
      ["AaHtQ5.AAbCdEfGh1234PseudonymOf16chr", "clk_AaHtQ5.AAbCdEfGh1234"],
    ] as const) {
      expect(readBatch({ ...SENT, clicks: SENT.clicks.with(0, own) })).toMatchObject({
        clicks: [second],
        unreadable: [{ ...first, id, time: null, pseudonym: own.length > 20 ? first?.pseudonym : null }],
      });
    }
  });

  it("one wrong entry costs no other click, and nothing of its own is lost", () => {
    const place = fc.nat({ max: SENT.clicks.length - 1 });
    fc.assert(
      fc.property(place, anything, (at, value) => {
        const batch = readBatch(carried({ ...SENT, clicks: SENT.clicks.with(at, value as never) }));
        const damaged = Math.floor(at / ENTRIES);
        const others = READ.filter((_click, index) => index !== damaged);
        expect(batch?.clicks).toEqual(expect.arrayContaining(others));
        expect(batch?.clicks.length).toBe(READ.length - (batch?.unreadable.length ?? 0));
        const [kept] = (batch?.unreadable ?? []) as Record<string, unknown>[];
        if (kept === undefined) return;
        // All of the click but what was damaged is there, and that too as it came.
        const whole = Object.values(READ[damaged] ?? {}).filter((part, index, all) => all.indexOf(part) === index);
        const lost = whole.filter((part) => !JSON.stringify(kept).includes(JSON.stringify(part)));
        expect(lost.length).toBeLessThanOrEqual(at % ENTRIES === 0 ? 3 : 1);
        // A text at the place of several is taken for them: those of what no other has, of `read` and of `adIds`.
        if (typeof value === "number" || (typeof value === "string" && [0, 8, 11].includes(at % ENTRIES))) return;
        expect(JSON.stringify(kept)).toContain(JSON.stringify(value));
      }),
    );
  });

  it("what is kept is read, later, as it was", () => {
    const damage = fc.record({ clicks: fc.array(fc.tuple(fc.nat({ max: 50 }), anything)), texts: fc.array(anything) });
    fc.assert(
      fc.property(leavingClicks, damage, fc.nat({ max: 300 }), (clicks, { clicks: wrong, texts }, length) => {
        const message = packMessage("0123456789abcdef", clicks);
        const entries: unknown[] = message.clicks.slice(0, length);
        for (const [at, value] of wrong) entries[at % (entries.length + 1)] = value;
        const body = carried({ ...message, clicks: entries, texts: [...message.texts, ...texts] });
        const batch = readBatch(body);
        const all = (batch?.clicks.length ?? 0) + (batch?.unreadable.length ?? 0);
        expect(all).toBe(Math.ceil(entries.length / ENTRIES));
        const letter = carried({ v: 1, clicks: batch?.unreadable });
        expect(carried(readBatch(letter))).toEqual(carried({ ...batch, id: null, clicks: [] }));
      }),
    );
  });

  it("nothing throws, whatever it is", () => {
    const list = fc.array(fc.oneof(anything, fc.integer(), fc.double()), { maxLength: 60 });
    fc.assert(
      fc.property(list, list, anything, (texts, clicks, id) => {
        const batch = readBatch({ v: 2, id, texts, clicks });
        const all = (batch?.clicks.length ?? 0) + (batch?.unreadable.length ?? 0);
        expect(all).toBe(Math.ceil(clicks.length / ENTRIES));
      }),
    );
  });
});
