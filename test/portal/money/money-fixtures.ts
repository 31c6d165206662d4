import { type Proposal, proposalSchema } from "../../../src/books/proposal/schema.ts";
import { SHORT_ORIGIN, visit } from "../../edge/visit.ts";
import { pagesOf } from "../../ground/api.ts";

/** Accounts that nobody has. */
export const IBAN = "DE02120300000000202051";
export const OTHER_IBAN = "NL91ABNA0417164300";
export const THIRD_IBAN = "FR1420041010050500013M02606";

/** What a creator types who is paid to {@link IBAN}. */
export const LEA_ACCOUNT = { accountHolder: "Lea Quillfeather", iban: "de02 1203 0000 0000 2020 51" };

/** Sends the form for payout details on a creator's page, as a browser does. */
export async function enter(
  path: string,
  fields: Readonly<Record<string, string>>,
  headers: Record<string, string> = {},
): Promise<{ status: number; to: string | null; text: string }> {
  const response = await visit(
    `${path}/money/payout-details`,
    {},
    {
      method: "POST",
      headers: {
        Accept: "text/html",
        "Accept-Language": "en",
        Origin: SHORT_ORIGIN,
        "Sec-Fetch-Site": "same-origin",
        "Content-Type": "application/x-www-form-urlencoded",
        ...headers,
      },
      body: new URLSearchParams(fields).toString(),
    },
  );
  return { status: response.status, to: response.headers.get("location"), text: await response.text() };
}

/** What a creator proposed, the newest first. */
export async function proposalsOf(creatorId: string): Promise<Proposal[]> {
  return (await pagesOf(proposalSchema, `/payout-detail-proposals?creator=${creatorId}`)).flat();
}
