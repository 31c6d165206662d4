/** Where shops of a platform are asked instead of at their own addresses, and why it isn't so, for `/readyz`. */
export interface ProviderOrigins {
  /** Origins by provider, without a slash at the end. */
  origins: Readonly<Record<string, string>>;
  /** What is wrong with the variable; `null`: nothing. */
  problem: string | null;
}

/**
 * Reads `PROVIDER_ORIGINS`, which has calls go to stand-ins of shops: JSON of origins by provider. Not used where
 * `PUBLIC_URL` is `https://`: shoppers are real there, and so are shops and the keys to them.
 */
export function readProviderOrigins(variables: { PROVIDER_ORIGINS?: string; PUBLIC_URL?: string }): ProviderOrigins {
  const text = variables.PROVIDER_ORIGINS ?? "";
  if (text === "") return { origins: {}, problem: null };
  if (/^https:/i.test(variables.PUBLIC_URL ?? "")) {
    return { origins: {}, problem: "PROVIDER_ORIGINS is for stand-ins, and not used with a PUBLIC_URL of https://" };
  }
  const origins = originsIn(text);
  return origins === null
    ? { origins: {}, problem: 'PROVIDER_ORIGINS is not JSON such as {"shopify":"http://127.0.0.1:8791"}' }
    : { origins, problem: null };
}

function originsIn(text: string): Record<string, string> | null {
  try {
    const entries = Object.entries(JSON.parse(text) as Record<string, string>);
    return entries.every(([, origin]) => /^https?:/.test(origin) && new URL(origin).origin === origin)
      ? Object.fromEntries(entries)
      : null;
  } catch {
    return null;
  }
}
