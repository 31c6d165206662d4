import { magentoStand } from "../../../scripts/shops/magento.ts";
import { makeShop, type StandShop } from "../../../scripts/shops/stand-client.ts";
import { type Stand, startStand } from "../../../scripts/shops/stand.ts";
import type { ShopOrder, ShopReading } from "../../../src/ground/model/shop-order.ts";
import { type Outside, shopHttp } from "../../../src/shops/client/http-send.ts";
import { magento } from "../../../src/shops/magento/platform.ts";
import type { OrderPage, Shop } from "../../../src/shops/platform.ts";

/** The store of all shops here. */
export const STORE = "str_0123456789abcdef";

/** A stand-in for Magento, and how it is ended. */
export function startMagento(): Promise<Stand> {
  return startStand(magentoStand);
}

/** A shop of the stand-in, and the adapter's way to it: real HTTP, with waits that take no time. */
export interface OpenShop {
  stand: StandShop;
  shop: Shop;
  /** Headers and bodies that went out, one text a request. */
  sent: string[];
  /** What happens at the shop right before the so many-th request. */
  meanwhile: { before: number; act: () => Promise<unknown> } | null;
}

/** Makes a shop with `given` (currency, quirks) and opens it; `secrets` are in the place of its own. */
export async function openShop(
  origin: string,
  given: Record<string, unknown> = {},
  secrets: Record<string, string> | null = null,
): Promise<OpenShop> {
  const stand = await makeShop(origin, given);
  const { oauth = {}, accessToken } = stand.credentials as unknown as {
    oauth?: Record<string, string>;
    accessToken?: string;
  };
  const sent: string[] = [];
  const open: { meanwhile: OpenShop["meanwhile"] } = { meanwhile: null };
  const outside: Outside = {
    fetch: async (...[input, init]) => {
      if (sent.length + 1 === open.meanwhile?.before) await open.meanwhile.act();
      const { method = "", headers, body } = init ?? {};
      sent.push(`${method} ${input as string} ${JSON.stringify(headers)} ${(body ?? "") as string}`);
      return fetch(input, init);
    },
    now: () => Date.now(),
    wait: async () => {},
    random: () => 0.5,
  };
  const http = shopHttp(stand.origin, null, async () => {}, outside);
  const access = {
    storeId: STORE,
    account: stand.origin,
    origin: stand.origin,
    apiVersion: null,
    secrets: secrets ?? { ...oauth, ...(accessToken !== undefined && { accessToken }) },
  };
  return Object.assign(open, { stand, shop: magento.open(access, http, "wm_click"), sent });
}

/** All pages of a list. */
export async function readAll(read: (cursor: string | null) => Promise<OrderPage>): Promise<OrderPage[]> {
  const pages: OrderPage[] = [];
  let cursor: string | null = null;
  do {
    const page: OrderPage = await read(cursor);
    pages.push(page);
    cursor = page.next;
    if (pages.length > 500) throw new Error("the list has no end");
  } while (cursor !== null);
  return pages;
}

/** The order of a reading. */
export function orderOf(reading: ShopReading | null | undefined): ShopOrder {
  if (reading?.kind !== "order") throw new Error(`no order: ${JSON.stringify(reading)}`);
  return reading.order;
}

/** The numbers of the orders of pages, each once. */
export function numbersIn(pages: readonly OrderPage[]): string[] {
  const readings = pages.flatMap((page) => page.readings);
  return [...new Set(readings.map((reading) => orderOf(reading).orderId))].toSorted();
}
