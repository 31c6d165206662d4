import * as fc from "fast-check";
import { XmlDocument, XmlElement, XsdValidator } from "libxml2-wasm";
import { afterAll, expect, test } from "vitest";
import { MOST_CENTS, type PainFile, painFile, type Transfer } from "../../../src/books/payout/pain.ts";
import { lineReference, MAX_PREFIX, messageId, referenceStem } from "../../../src/books/payout/reference.ts";
import xsd from "./pain.001.001.09.xsd?raw";

const NAMESPACE = { p: "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09" };

const schema = XmlDocument.fromString(xsd);
const validator = XsdValidator.fromDoc(schema);

afterAll(() => {
  validator.dispose();
  schema.dispose();
});

const TRANSFER: Transfer = {
  reference: "WM-06C4V8E5M1K2N3P4-1",
  cents: 1101,
  name: "Léa Martin",
  iban: "FR1420041010050500013M02606",
  bic: null,
  text: null,
};

const FILE: PainFile = {
  messageId: "WM-06C4V8E5M1K2N3P4",
  createdAt: Date.UTC(2026, 10, 30, 9, 0, 0, 123),
  executeOn: "2026-12-01",
  payer: { name: "Linen & Söhne", iban: "DE89370400440532013000", bic: "COBADEFFXXX" },
  transfers: [TRANSFER],
};

/** The texts of a file at a path, after the schema took it. */
function read(file: PainFile): (path: string) => string[] {
  const document = XmlDocument.fromString(painFile(file));
  try {
    validator.validate(document);
    const texts = new Map<string, string[]>();
    for (const path of ["GrpHdr", "PmtInf", "PmtInf/p:CdtTrfTxInf"]) {
      for (const node of document.find(`/p:Document/p:CstmrCdtTrfInitn/p:${path}//p:*[not(*)]`, NAMESPACE)) {
        if (!(node instanceof XmlElement)) continue;
        const key = `${path.replace("p:", "")}/${node.name}`;
        texts.set(key, [...(texts.get(key) ?? []), node.content]);
      }
    }
    return (path) => texts.get(path) ?? [];
  } finally {
    document.dispose();
  }
}

test("a file is as the schema has it, with exact sums", () => {
  const texts = read({
    ...FILE,
    transfers: [
      { ...TRANSFER, cents: 10, bic: "PSSTFRPP", text: "Kunde 7 <Ö>" },
      { ...TRANSFER, cents: 20, reference: null, name: "Łukasz O'Żak" },
      { ...TRANSFER, cents: MOST_CENTS },
    ],
  });
  expect(texts("GrpHdr/MsgId")).toEqual(["WM-06C4V8E5M1K2N3P4"]);
  expect(texts("GrpHdr/CreDtTm")).toEqual(["2026-11-30T09:00:00Z"]);
  expect([texts("GrpHdr/NbOfTxs"), texts("GrpHdr/CtrlSum")]).toEqual([["3"], ["1000000000.29"]]);
  expect(texts("GrpHdr/Nm")).toEqual(["Linen + Soehne"]);
  expect(texts("PmtInf/CdtTrfTxInf/InstdAmt")).toEqual(["0.10", "0.20", "999999999.99"]);
  expect(texts("PmtInf/CdtTrfTxInf/Nm")).toEqual(["Lea Martin", "Lukasz O'Zak", "Lea Martin"]);
  expect(texts("PmtInf/CdtTrfTxInf/EndToEndId")).toEqual([TRANSFER.reference, "NOTPROVIDED", TRANSFER.reference]);
  expect(texts("PmtInf/CdtTrfTxInf/Ustrd")).toEqual([`${TRANSFER.reference} Kunde 7 Oe`, TRANSFER.reference]);
  expect(texts("PmtInf/CdtTrfTxInf/BICFI")).toEqual(["PSSTFRPP"]);
  expect(texts("PmtInf/Dt")).toEqual(["2026-12-01"]);
});

test("the schema refuses what isn't so", () => {
  const refused = (change: Partial<PainFile>): void => {
    expect(() => read({ ...FILE, ...change }), JSON.stringify(change)).toThrow();
  };
  refused({ transfers: [] });
  refused({ transfers: [{ ...TRANSFER, cents: 0 }] });
  refused({ transfers: [{ ...TRANSFER, cents: MOST_CENTS + 1 }] });
  refused({ transfers: [{ ...TRANSFER, reference: "x".repeat(36) }] });
  refused({ messageId: "WM_1" });
  refused({ executeOn: "tomorrow" });
});

test("whatever people are called and say, a file is one that banks take, and sums to the cent", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 200 });
  const transfer = fc.record({
    reference: fc.constantFrom(null, "WM-06C4V8E5M1K2N3P4-1"),
    cents: fc.integer({ min: 1, max: MOST_CENTS }),
    // As the API takes none without a letter.
    name: text.map((name) => `A${name}`),
    iban: fc.constant(TRANSFER.iban),
    bic: fc.constantFrom(null, "PSSTFRPP"),
    text: fc.option(text),
  });
  const files = fc.record({
    transfers: fc.array(transfer, { minLength: 1, maxLength: 5 }),
    payer: fc.record({
      name: text.map((name) => `A${name}`),
      iban: fc.constant(FILE.payer.iban),
      bic: fc.constantFrom(null, "COBADEFF"),
    }),
  });
  fc.assert(
    fc.property(files, (some) => {
      const texts = read({ ...FILE, ...some });
      const cents = (amount: string) => BigInt(amount.replace(".", ""));
      const amounts = texts("PmtInf/CdtTrfTxInf/InstdAmt").map(cents);
      expect(amounts).toEqual(some.transfers.map((one) => BigInt(one.cents)));
      const sum = amounts.reduce((left, right) => left + right, 0n);
      expect([texts("GrpHdr/CtrlSum"), texts("PmtInf/CtrlSum")].map((sums) => cents(sums[0] ?? ""))).toEqual([
        sum,
        sum,
      ]);
    }),
  );
});

test("references have 35 characters at most, of a million payments under the longest prefix", () => {
  const payoutId = "pay_06c4v8e5m1k2n3p4";
  expect(lineReference(referenceStem("LINEN", payoutId), 17)).toBe("LINEN-06C4V8E5M1K2N3P4-17");
  expect(lineReference(referenceStem("x".repeat(MAX_PREFIX), payoutId), 999_999)).toHaveLength(35);
  expect(messageId(payoutId)).toBe("WM-06C4V8E5M1K2N3P4");
});
