import { endpointProblem } from "../../ground/http/public-host.ts";

/**
 * Where calls to a shop go, without a slash at the end. `address` is its own, and `account` what names it; `override` is what
 * `PROVIDER_ORIGINS` has for its platform: stand-ins tell shops apart by the first part of the path, and may be what the
 * address says.
 */
export function originOfShop(address: string, account: string, override: string | null): string {
  if (override === null || address.startsWith(`${override}/`)) return address;
  return `${override}/${account.replace(/^https?:\/\//, "")}`;
}

/** Why a shop can't be at an address that is well-formed; `null`: it can. Stand-ins may be where they are. */
export function shopAddressProblem(address: string, override: string | null): string | null {
  return override !== null && address.startsWith(`${override}/`) ? null : endpointProblem(address, false);
}
