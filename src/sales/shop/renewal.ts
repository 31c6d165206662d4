import type { OrderItem } from "../../ground/model/evidence.ts";
import { renewalOfItself } from "../../ground/model/shop-order.ts";

/** An order that a subscription made. */
export interface Renewal {
  /** The shop's own id of the order. */
  externalId: string;
  /** See `ShopOrder`. */
  renewalOf: string;
  /** See `EvidenceData`; `null`: nobody knows. */
  customerHash: string | null;
}

/**
 * What a renewal is counted with: all that renew the same. One whose shop doesn't say what it renews stands for itself,
 * and is counted with all such of its customer.
 */
export function renewalGroup({ externalId, renewalOf, customerHash }: Renewal): string {
  return renewalOf === renewalOfItself(externalId) && customerHash !== null ? customerGroup(customerHash) : renewalOf;
}

/** The group of a customer's renewals of which nobody knows what they renew. */
export function customerGroup(customerHash: string): string {
  return `customer ${customerHash}`;
}

/** Whether two orders have an article in common, by its number or its name. */
export function shareItems(some: readonly OrderItem[] | null, others: readonly OrderItem[] | null): boolean {
  const names = new Set((some ?? []).flatMap(namesOf));
  return (others ?? []).flatMap(namesOf).some((name) => names.has(name));
}

function namesOf({ sku, name }: OrderItem): string[] {
  return [`sku ${sku.toLowerCase()}`, ...(name === undefined ? [] : [`name ${name.toLowerCase()}`])];
}
