const FORM = /^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$/;

/** Whether a text can be a BIC, in capitals and without blanks: by its form (ISO 9362) alone. */
export function isBic(text: string): boolean {
  return FORM.test(text);
}
