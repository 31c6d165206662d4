import { currencyDigits } from "./amount.ts";

/** Currencies of ISO 4217's list of historic ones that exports of this century have: when, and what took their place. */
const WITHDRAWN: Readonly<Record<string, readonly [year: number, successor: string]>> = {
  ANG: [2025, "XCG"],
  ATS: [2002, "EUR"],
  BEF: [2002, "EUR"],
  BYR: [2017, "BYN"],
  CUC: [2021, "CUP"],
  CYP: [2008, "EUR"],
  DEM: [2002, "EUR"],
  EEK: [2011, "EUR"],
  ESP: [2002, "EUR"],
  FIM: [2002, "EUR"],
  FRF: [2002, "EUR"],
  GHC: [2008, "GHS"],
  GRD: [2002, "EUR"],
  HRK: [2023, "EUR"],
  IEP: [2002, "EUR"],
  ITL: [2002, "EUR"],
  LTL: [2014, "EUR"],
  LUF: [2002, "EUR"],
  LVL: [2014, "EUR"],
  MRO: [2017, "MRU"],
  MTL: [2008, "EUR"],
  NLG: [2002, "EUR"],
  PTE: [2002, "EUR"],
  ROL: [2005, "RON"],
  SIT: [2007, "EUR"],
  SKK: [2009, "EUR"],
  SLL: [2023, "SLE"],
  STD: [2018, "STN"],
  TRL: [2005, "TRY"],
  VEF: [2018, "VES"],
  ZMK: [2012, "ZMW"],
  ZWL: [2024, "ZWG"],
};

/** Why a code can't be used as a currency, or `null` if it can: the one list is that of {@link currencyDigits}. */
export function currencyProblem(code: string): string | null {
  if (currencyDigits(code) !== null) return null;
  const [year, successor] = (Object.hasOwn(WITHDRAWN, code) ? WITHDRAWN[code] : undefined) ?? [];
  return year === undefined
    ? "must be a currency of ISO 4217 in capitals, such as EUR"
    : `must be a currency that ISO 4217 lists today: ${code} was withdrawn in ${year}, and ${successor} took its place`;
}
