/** Numbers that France keeps for fiction: nobody's phone rings. `last` are the last four digits, in pairs. */
export const fictional = (last: string): string => `+33 1 99 00 ${last}`;

/** The number on the demo shop's pages, as it is written there. */
export const DEMO_PHONE = fictional("10 00");

/** A number without blanks, as carriers write it. */
export function plain(number: string): string {
  return number.replaceAll(" ", "");
}
