import { errorText } from "../../ground/error-text.ts";
import { REMOVED } from "../../ground/redact-text.ts";
import { type OrderPage, type Shop, ShopFailure } from "../platform.ts";

/** Longest text kept of what a shop says. */
const MAX_DETAIL = 500;

/** Secrets shorter than this are no secrets, and taking them out would take words apart. */
const MIN_SECRET = 6;

/**
 * A shop whose calls reject with nothing but a `ShopFailure` whose text has none of the secrets: a shop may repeat in
 * its answer what it was sent. `report` gets what nobody expected.
 */
export function guarded(shop: Shop, secrets: () => readonly string[], report: (error: unknown) => void): Shop {
  return new Proxy(shop, {
    get(target, name: keyof Shop) {
      const method = target[name] as ((...given: unknown[]) => Promise<unknown>) | undefined;
      if (typeof method !== "function") return method;
      return async (...given: unknown[]): Promise<unknown> => {
        try {
          return clearedPage(await method.apply(target, given), secrets());
        } catch (error) {
          if (!(error instanceof ShopFailure)) report(error);
          throw cleared(error, secrets());
        }
      };
    },
  });
}

/** What a shop says of orders that it can't give, in its own words, without them as well. */
function clearedPage(given: unknown, secrets: readonly string[]): unknown {
  if (typeof given !== "object" || given === null || !("skipped" in given)) return given;
  const { skipped } = given as OrderPage;
  return {
    ...given,
    skipped: skipped.map(({ orderId, detail }) => ({ orderId, detail: withoutSecrets(detail, secrets) })),
  };
}

function cleared(error: unknown, secrets: readonly string[]): ShopFailure {
  const known = error instanceof ShopFailure;
  const text = known ? error.message : `The shop's answer can't be read: ${errorText(error)}`;
  return new ShopFailure(known ? error.code : "unreadable", withoutSecrets(text, secrets));
}

/** A text without any of the secrets, in one line of bounded length. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const hidden = secrets
    .filter((secret) => secret.length >= MIN_SECRET)
    .flatMap((secret) => [secret, encodeURIComponent(secret.toWellFormed())])
    .reduce((left, secret) => left.replaceAll(secret, REMOVED), text);
  return hidden
    .replaceAll(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, MAX_DETAIL)
    .toWellFormed();
}
