import type { Payer } from "../account/details.ts";
import { MAX_NAME, MAX_REMITTANCE, sepaText } from "../account/sepa-text.ts";

/** Most that one credit transfer of SEPA may be of, in cents. */
export const MOST_CENTS = 99_999_999_999;

/** One payment to a creator. */
export interface Transfer {
  /** What it is known by from end to end; `null`: by nothing. */
  reference: string | null;
  /** From 1 to {@link MOST_CENTS}. */
  cents: number;
  /** Of whose account it is. */
  name: string;
  iban: string;
  bic: string | null;
  /** What it says beside its reference. */
  text: string | null;
}

/** What a file for the bank is made of. */
export interface PainFile {
  /** What the bank knows the file by, 35 characters at most. */
  messageId: string;
  /** ms UTC. */
  createdAt: number;
  /** The day on which the bank is to pay: 2026-11-22. */
  executeOn: string;
  payer: Payer;
  transfers: readonly Transfer[];
}

/**
 * A file of credit transfers that banks take to pay by: ISO 20022's pain.001.001.09, as the European Payments Council's
 * guidelines for SEPA have it (EPC132-08). Texts are written as `sepaText` has them; the sums are exact.
 */
export function painFile({ messageId, createdAt, executeOn, payer, transfers }: PainFile): string {
  const sum = transfers.reduce((cents, transfer) => cents + BigInt(transfer.cents), 0n);
  const totals = [element("NbOfTxs", String(transfers.length)), element("CtrlSum", euros(sum))];
  const name = element("Nm", sepaText(payer.name, MAX_NAME));
  const header = element("GrpHdr", [
    element("MsgId", messageId),
    element("CreDtTm", `${new Date(createdAt).toISOString().slice(0, 19)}Z`),
    ...totals,
    element("InitgPty", [name]),
  ]);
  const payments = element("PmtInf", [
    element("PmtInfId", messageId),
    element("PmtMtd", "TRF"),
    ...totals,
    element("PmtTpInf", [element("SvcLvl", [element("Cd", "SEPA")])]),
    element("ReqdExctnDt", [element("Dt", executeOn)]),
    element("Dbtr", [name]),
    element("DbtrAcct", [accountOf(payer.iban)]),
    element("DbtrAgt", [
      element("FinInstnId", [
        payer.bic === null ? element("Othr", [element("Id", "NOTPROVIDED")]) : element("BICFI", payer.bic),
      ]),
    ]),
    element("ChrgBr", "SLEV"),
    ...transfers.map(transferOf),
  ]);
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">${element("CstmrCdtTrfInitn", [header, payments])}
</Document>
`;
}

function transferOf({ reference, cents, name, iban, bic, text }: Transfer): string {
  const said = sepaText([reference, text].filter((part) => part !== null).join(" "), MAX_REMITTANCE);
  return element("CdtTrfTxInf", [
    element("PmtId", [element("EndToEndId", reference ?? "NOTPROVIDED")]),
    element("Amt", [`\n<InstdAmt Ccy="EUR">${euros(BigInt(cents))}</InstdAmt>`]),
    ...(bic === null ? [] : [element("CdtrAgt", [element("FinInstnId", [element("BICFI", bic)])])]),
    element("Cdtr", [element("Nm", sepaText(name, MAX_NAME))]),
    element("CdtrAcct", [accountOf(iban)]),
    ...(said === "" ? [] : [element("RmtInf", [element("Ustrd", said)])]),
  ]);
}

function accountOf(iban: string): string {
  return element("Id", [element("IBAN", iban)]);
}

/** An element of a text, or of other elements, on a line of its own. */
function element(name: string, content: string | readonly string[]): string {
  const inner = typeof content === "string" ? escaped(content) : `${content.join("")}\n`;
  return `\n<${name}>${inner}</${name}>`;
}

/** None of these is a letter of SEPA; it would not do that a file hung on that. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function euros(cents: bigint): string {
  return `${cents / 100n}.${String(cents % 100n).padStart(2, "0")}`;
}
