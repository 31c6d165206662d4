import type { FieldError } from "../../ground/http/problem.ts";
import { isOneLine } from "../../ground/http/one-line.ts";
import { isRecord } from "../../sales/capture/read-order.ts";
import { redactName } from "../../sales/capture/redact.ts";
import { type FieldValue, isFieldName, MAX_FIELD_TEXT, MAX_FIELDS, normalField } from "./field.ts";

/** What is told of a contact's fields: `null` removes one. */
export type FieldPatch = Readonly<Record<string, FieldValue | null>>;

/** Contacts of one request at most. */
export const MAX_CONTACTS = 1_000;

/** Something at fault; `personal`: it says who somebody is. */
export interface Fault extends FieldError {
  personal: boolean;
}

/** Collects what is at fault. */
type Refuse = (path: string, message: string, personal?: boolean) => void;

/** What is told of one contact. */
export interface ToldContact {
  /** As it was sent; `undefined`: the body doesn't say whom it is of. */
  customerId: unknown;
  fields: FieldPatch;
  /** `null`: nothing is said of it. */
  consent: "granted" | "denied" | null;
}

/** Reads the body of `PUT /t/contacts/{customerId}`. Never throws. */
export function readContact(body: unknown): { contact: ToldContact } | { faults: Fault[] } {
  return collected((refuse) => {
    if (!isRecord(body)) return refuse("", 'must be an object such as {"fields": {"plan": "gold"}}');
    mustHaveOnly(body, ["customerId", "fields", "consent"], "", refuse);
    const consent = body["consent"] ?? null;
    if (consent !== null && consent !== "granted" && consent !== "denied") {
      return refuse("consent", "must be granted or denied");
    }
    const fields = readFields(body["fields"] ?? {}, "fields", refuse);
    return { contact: { customerId: body["customerId"], fields, consent } };
  });
}

/** Reads the body of `PUT /t/contacts`. Customers are as they were sent, texts or whole numbers. Never throws. */
export function readContacts(
  body: unknown,
): { contacts: { customerId: unknown; fields: FieldPatch }[] } | { faults: Fault[] } {
  return collected((refuse) => {
    const contacts: unknown = isRecord(body) ? body["contacts"] : undefined;
    if (!isRecord(body) || !Array.isArray(contacts)) return refuse("contacts", "must be an array");
    mustHaveOnly(body, ["contacts"], "", refuse);
    if (contacts.length === 0 || contacts.length > MAX_CONTACTS) {
      return refuse("contacts", `must have 1 to ${MAX_CONTACTS} contacts`);
    }
    return {
      contacts: contacts.map((contact: unknown, index) => {
        const path = `contacts.${index}`;
        if (!isRecord(contact)) {
          refuse(path, "must be an object");
          return { customerId: null, fields: {} };
        }
        mustHaveOnly(contact, ["customerId", "fields"], `${path}.`, refuse);
        return { customerId: contact["customerId"], fields: readFields(contact["fields"], `${path}.fields`, refuse) };
      }),
    };
  });
}

/** Faults that one answer names. */
const MAX_FAULTS = 100;

function collected<Read>(read: (refuse: Refuse) => Read | void): Read | { faults: Fault[] } {
  const faults: Fault[] = [];
  const found = read((path, message, personal = false) => {
    if (faults.length < MAX_FAULTS) faults.push({ path, message, personal });
  });
  return found === undefined || faults.length > 0 ? { faults } : found;
}

function mustHaveOnly(body: Record<string, unknown>, names: readonly string[], path: string, refuse: Refuse): void {
  for (const name of Object.keys(body)) {
    // A name of the sender's own may be anything, and is not repeated.
    if (!names.includes(name)) return refuse(path.replace(/\.$/, ""), `takes nothing but ${names.join(" and ")}`);
  }
}

function readFields(fields: unknown, path: string, refuse: Refuse): FieldPatch {
  if (!isRecord(fields)) {
    refuse(path, "must be an object of names and values");
    return {};
  }
  const entries = Object.entries(fields);
  if (entries.length > MAX_FIELDS) refuse(path, `may have ${MAX_FIELDS} fields at most`);
  const read = entries.slice(0, MAX_FIELDS).flatMap(([name, value]): [string, FieldValue | null][] => {
    if (!isFieldName(name)) {
      refuse(path, "has a name that isn't 1 to 60 letters (a–z), digits, _ and -");
      return [];
    }
    const problem = valueProblem(name, value);
    if (problem !== null) {
      refuse(`${path}.${name}`, problem.message, problem.personal);
      return [];
    }
    return [[name, value === null ? null : normalField(value as FieldValue)]];
  });
  return Object.fromEntries(read);
}

function valueProblem(name: string, value: unknown): Pick<Fault, "message" | "personal"> | null {
  const fault = (message: string) => ({ message, personal: false });
  if (value === null || typeof value === "boolean") return null;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return fault("must be a number that can be told");
    return isPhoneNumber(name, value) ? PERSONAL : null;
  }
  if (typeof value !== "string") return fault("must be a text, a number, true, false, a date, or null to remove it");
  if (value === "" || value.length > MAX_FIELD_TEXT) return fault(`must have 1 to ${MAX_FIELD_TEXT} characters`);
  if (!isOneLine(value)) return fault("must be on one line, without control characters");
  if (!value.isWellFormed()) return fault("must not have half of a surrogate pair");
  return saysWho(name, value) ? PERSONAL : null;
}

const PERSONAL = {
  message: "says who somebody is: send only what you segment by, and no e-mail address or telephone number",
  personal: true,
};

/** Names of fields that have telephone numbers, where a number may be one. */
const PHONE_NAME = /phone|mobile|(?:^|[_-])(?:tel|cell|fax)(?:$|[_-])/i;

/** As telephone numbers are written where nothing else is in a text: internationally, nationally, in parts. */
const PHONE = /^(?:(?:\+|00?|\()\d[\d ()./-]{4,22}\d|\d{3}[ .-]\d{3}[ .-]\d{4})$/;

/** As few digits as a telephone number has. */
const PHONE_DIGITS = 7;

function saysWho(name: string, value: string): boolean {
  const text = value.trim();
  // Also addresses of the internet protocol and click ids, wherever in a text they stand.
  if (redactName(text) !== text) return true;
  const digits = text.replaceAll(/\D/g, "").length;
  if (digits < PHONE_DIGITS || normalField(text) !== text) return false;
  return PHONE.test(text) || (PHONE_NAME.test(name) && /^[\d +()./-]+$/.test(text));
}

function isPhoneNumber(name: string, value: number): boolean {
  return PHONE_NAME.test(name) && Math.abs(value) >= 10 ** (PHONE_DIGITS - 1);
}
