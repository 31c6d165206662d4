import * as fc from "fast-check";
import * as iso4217 from "dinero.js/currencies";
import { describe, expect, it } from "vitest";
import { currencyDigits } from "../../../src/ground/money/amount.ts";
import { MOST_OF_ANY, mostOfOrder, mostText } from "../../../src/ground/money/bound.ts";
import { addSums, MOST_SUM } from "../../../src/ground/money/sum.ts";

/** What a US dollar was in each currency in 2025, as coarsely as it matters here. */
const PER_DOLLAR: Readonly<Record<string, number>> = Object.fromEntries(
  `AED 3.67 AFN 70 ALL 85 AMD 385 AOA 915 ARS 1400 AUD 1.5 AWG 1.8 AZN 1.7 BAM 1.7 BBD 2 BDT 122 BGN 1.7 BHD 0.38
  BIF 2950 BMD 1 BND 1.3 BOB 6.9 BOV 2.6 BRL 5.4 BSD 1 BTN 88 BWP 13.5 BYN 3 BZD 2 CAD 1.4 CDF 2500 CHE 0.85 CHF 0.8
  CHW 0.85 CLF 0.024 CLP 950 CNY 7.1 COP 3900 COU 10 CRC 503 CUP 120 CVE 95 CZK 21 DJF 178 DKK 6.4 DOP 63 DZD 130
  EGP 48 ERN 15 ETB 150 EUR 0.86 FJD 2.3 FKP 0.75 GBP 0.75 GEL 2.7 GHS 11 GIP 0.75 GMD 72 GNF 8700 GTQ 7.7 GYD 209
  HKD 7.8 HNL 26 HTG 131 HUF 335 IDR 16600 ILS 3.3 INR 88 IQD 1310 IRR 1000000 ISK 122 JMD 160 JOD 0.71 JPY 150 KES 129
  KGS 87 KHR 4020 KMF 422 KPW 900 KRW 1420 KWD 0.31 KYD 0.82 KZT 530 LAK 21700 LBP 89500 LKR 303 LRD 183 LSL 17.3
  LYD 5.4 MAD 9.2 MDL 17 MGA 4500 MKD 53 MMK 2100 MNT 3590 MOP 8 MRU 40 MUR 45 MVR 15.4 MWK 1734 MXN 18.5 MXV 2.2
  MYR 4.2 MZN 64 NAD 17.3 NGN 1460 NIO 36.7 NOK 10 NPR 141 NZD 1.7 OMR 0.385 PAB 1 PEN 3.4 PGK 4.2 PHP 58 PKR 281
  PLN 3.7 PYG 7000 QAR 3.64 RON 4.4 RSD 101 RUB 81 RWF 1450 SAR 3.75 SBD 8.2 SCR 14 SDG 600 SEK 9.5 SGD 1.3 SHP 0.75
  SLE 23 SOS 571 SRD 38 SSP 4700 STN 21 SVC 8.75 SYP 11000 SZL 17.3 THB 32.5 TJS 9.3 TMT 3.5 TND 2.9 TOP 2.4 TRY 42
  TTD 6.8 TWD 30.5 TZS 2460 UAH 42 UGX 3500 USD 1 USN 1 UYI 6.4 UYU 40 UYW 22 UZS 12000 VED 220 VES 220 VND 26300
  VUV 122 WST 2.8 XAD 0.25 XAF 564 XCD 2.7 XCG 1.8 XOF 564 XPF 103 YER 239 ZAR 17.3 ZMW 22.5 ZWG 26.5`
    .split(/\s+/)
    .flatMap((word, index, words) => (index % 2 === 0 ? [[word, Number(words[index + 1])]] : [])),
);

const CODES = Object.values(iso4217).map(({ code }) => code);

describe("the bound on an order's amounts", () => {
  it("G2-1: has one for every currency, of about 1 to 12 million US dollars, or a billion of its minor units", () => {
    const worth = CODES.map((code) => {
      const rate = PER_DOLLAR[code] ?? Number.NaN;
      return [code, mostOfOrder(code) / 10 ** (currencyDigits(code) ?? 0) / rate] as const;
    });
    expect(worth.filter(([, dollars]) => !(dollars >= 0.8e6))).toEqual([]);
    // Those that lose their worth fast, or have more than one rate.
    const dear = worth.filter(([code, dollars]) => dollars > 12e6 && mostOfOrder(code) > 10 ** 9);
    expect(dear.map(([code]) => code)).toEqual(["SDG", "TRY", "VED", "VES", "YER"]);
    expect([mostText("EUR"), mostText("JPY"), mostText("KWD")]).toEqual([
      "10000000.00 EUR",
      "1000000000 JPY",
      "1000000.000 KWD",
    ]);
  });

  it("G2-1: leaves room for nine million orders in most currencies, and for ten thousands in each within 64 bits", () => {
    expect(BigInt(mostOfOrder("EUR")) * 9_000_000n < BigInt(MOST_SUM)).toBe(true);
    expect(Math.max(...CODES.map(mostOfOrder))).toBe(MOST_OF_ANY);
    expect(BigInt(MOST_OF_ANY) * 92_000n < 2n ** 63n).toBe(true);
  });
});

describe("sums of sums", () => {
  it("G2-1: are exact, or end at what a number holds, and stay there", () => {
    const anySum = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(MOST_SUM, -MOST_SUM, 0, 1, -1));
    fc.assert(
      fc.property(fc.array(anySum, { maxLength: 6 }), (sums) => {
        const found = addSums(sums);
        const exact = sums.reduce((sum, each) => sum + BigInt(each), 0n);
        expect(Number.isSafeInteger(found)).toBe(true);
        if (Math.abs(found) < MOST_SUM) expect(BigInt(found)).toBe(exact);
        if (sums.some((sum) => Math.abs(sum) === MOST_SUM)) expect(Math.abs(found)).toBe(MOST_SUM);
      }),
    );
    expect([addSums([]), addSums([MOST_SUM - 1, 1]), addSums([MOST_SUM, -5]), addSums([-MOST_SUM, -1])]).toEqual([
      0,
      MOST_SUM,
      MOST_SUM,
      -MOST_SUM,
    ]);
  });
});
