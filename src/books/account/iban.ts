/** How long IBANs of each country are, by the registry of ISO 13616: `DE22` has 22 characters. */
const LENGTHS = `AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20
EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28
LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24
RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30`;

const LENGTH: ReadonlyMap<string, number> = new Map(
  LENGTHS.split(/\s+/).map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** Countries whose banks SEPA reaches, by how their IBANs begin (European Payments Council, EPC409-09). */
const SEPA: ReadonlySet<string> = new Set(
  "AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS SE SI SK SM VA".split(
    " ",
  ),
);

/** An IBAN as it is written to be read by machines: in capitals, without blanks. */
export function bareIban(text: string): string {
  return text.replaceAll(/\s/g, "").toUpperCase();
}

/** What is wrong with an IBAN: how it is written, its country, its length (and what that has to be), or a slip in it. */
export type IbanFault =
  | { what: "form" }
  | { what: "country"; country: string }
  | { what: "length"; country: string; length: number; has: number }
  | { what: "slip" };

/** Why a {@link bareIban} can't be one, or `null` if it can: by its country, its length and its check digits (ISO 7064, mod 97). */
export function ibanFault(iban: string): IbanFault | null {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]+$/.test(iban)) return { what: "form" };
  const country = iban.slice(0, 2);
  const length = LENGTH.get(country);
  if (length === undefined) return { what: "country", country };
  if (iban.length !== length) return { what: "length", country, length, has: iban.length };
  return checks(iban) ? null : { what: "slip" };
}

/** The same in words, for who calls the API. */
export function ibanProblem(iban: string): string | null {
  const fault = ibanFault(iban);
  switch (fault?.what) {
    case undefined:
      return null;
    case "form":
      return "must be an IBAN such as DE02 1203 0000 0000 2020 51";
    case "country":
      return `must be of a country that has IBANs: there are none of ${fault.country}`;
    case "length":
      return `must have ${fault.length} characters, as IBANs of ${fault.country} have: it has ${fault.has}`;
    case "slip":
      return "must be without a slip: its check digits don't fit the rest";
  }
}

/** Whether SEPA reaches the bank of an IBAN. */
export function isInSepa(iban: string): boolean {
  return SEPA.has(iban.slice(0, 2));
}

/** An IBAN by which its owner knows it, and nobody else can pay to it: `DE•• … 1234`. */
export function maskedIban(iban: string): string {
  return `${iban.slice(0, 2)}•• … ${iban.slice(-4)}`;
}

function checks(iban: string): boolean {
  const moved = iban.slice(4) + iban.slice(0, 4);
  const digits = moved.replaceAll(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  const given = Number(iban.slice(2, 4));
  // 00, 01 and 99 are never worked out, though they may fit.
  return given >= 2 && given <= 98 && BigInt(digits) % 97n === 1n;
}
