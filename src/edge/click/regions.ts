/**
 * Countries and territories (ISO 3166-1 alpha-2) whose law asks for consent before an identifier is
 * stored on a device: the ePrivacy Directive 2002/58/EC, article 5(3), with the GDPR.
 *
 * - The 27 member states: Treaty on European Union, article 52, as of 2020-02-01.
 * - Territories with codes of their own where Union law applies in full: article 355(1) TFEU
 *   (outermost regions) and 355(4) (Åland).
 * - Iceland, Liechtenstein, Norway: EEA Agreement, joint committee decision 154/2018.
 * - The United Kingdom (UK GDPR, PECR 2003) with Gibraltar and the Crown Dependencies, whose laws follow it.
 * - Switzerland: revised FADP of 2023-09-01 with TCA article 45c.
 */
export const CONSENT_REGIONS: ReadonlySet<string> = new Set([
  ..."AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split(" "),
  ..."AX GF GP MF MQ RE YT".split(" "),
  ..."IS LI NO".split(" "),
  ..."GB GG GI IM JE".split(" "),
  "CH",
]);

/**
 * Whether a visitor from there must be asked first. An unknown country (also `T1`, Tor, and `XX`)
 * counts as one that does: a mistake then costs a cookie, not somebody's rights.
 */
export function needsConsent(country: string | null): boolean {
  return country === null || country === "T1" || country === "XX" || CONSENT_REGIONS.has(country);
}
