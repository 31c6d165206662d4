import type { CodeRules } from "../../ground/model/provider.ts";

/** Why a text can't be a code of a provider's, or `null`. */
export function codeProblem(text: string, rules: CodeRules): string | null {
  if (text.length < rules.minLength || text.length > rules.maxLength) {
    return `must have ${rules.minLength} to ${rules.maxLength} characters`;
  }
  return new RegExp(`^[${rules.alphabet}]+$`).test(text) ? null : "must be letters A to Z, digits, - and _ only";
}

/** The form of a code that is unique in a store and looked up: checkouts don't tell case. */
export function codeKey(text: string): string {
  return text.trim().toLowerCase();
}
