import type { CaptureSource } from "./read-order.ts";

/** The fields of an order's body. */
export const ORDER_FIELDS = [
  "orderId",
  "amount",
  "currency",
  "clickId",
  "codes",
  "customerId",
  "phone",
  "status",
  "subtotal",
  "discount",
  "shipping",
  "tax",
  "refunded",
  "items",
  "placedAt",
  "updatedAt",
  "country",
  "test",
] as const;

/** The fields of a line of an order. */
export const ITEM_FIELDS = ["sku", "name", "quantity", "price", "category"] as const;

/** Fields that are read of servers alone: a browser's word on them is not believed. */
export const SERVER_FIELDS: readonly string[] = ["phone", "status", "refunded", "placedAt", "updatedAt", "country"];

/** How the pixel and the postback name what an order's body names otherwise. */
export const QUERY_NAMES: Readonly<Record<string, string>> = {
  orderId: "order",
  clickId: "click",
  customerId: "customer",
};

/** What each way reads, by the names that it has there. */
export const WAY_FIELDS: Readonly<Record<CaptureSource, readonly string[]>> = {
  order: ORDER_FIELDS,
  snippet: ORDER_FIELDS.filter((name) => !SERVER_FIELDS.includes(name)),
  pixel: ["s", "order", "amount", "currency", "codes", "click", "customer", "consent"],
  postback: [
    "s",
    "token",
    "order",
    "amount",
    "currency",
    "status",
    "refunded",
    "codes",
    "click",
    "customer",
    "country",
    "updatedAt",
  ],
};

/** The fields of the snippet's event around an order's own. */
export const EVENT_FIELDS = ["v", "id", "type", "consent", "click", "url", "at", "data"] as const;

/** What keeps a pixel from being answered out of a cache; nobody means anything by it. */
export const CACHE_BUSTERS: ReadonlySet<string> = new Set([
  "_",
  "cb",
  "cachebuster",
  "nocache",
  "rand",
  "random",
  "rnd",
]);

/** What other systems call an order's fields, in lower case without punctuation. */
const ORDER_SYNONYMS: Readonly<Record<string, string>> = {
  orderId:
    "order id orderno ordernr ordernumber ordernum orderref orderreference ordername orderkey transaction transactionid txid txnid tid oid invoice invoiceid externalid externalorderid reference number ref",
  amount:
    "total ordertotal grandtotal totalprice totalamount orderamount ordervalue saleamount saletotal value revenue price sum turnover",
  currency: "currencycode currencyiso isocurrency ordercurrency curr cur ccy",
  clickId: "click clickref clicktoken clickidentifier clid wmclick wmclickid subid affsub",
  codes:
    "code coupon coupons couponcode couponcodes discountcode discountcodes promo promos promocode promocodes promotion voucher vouchers vouchercode",
  customerId:
    "customer customeremail customernumber user userid useremail uid email emailaddress mail buyer buyerid client clientid member memberid account accountid",
  phone: "phonenumber customerphone telephone tel mobile mobilephone billingphone shippingphone",
  status: "state orderstatus orderstate paymentstatus financialstatus",
  subtotal: "net netamount nettotal subtotalprice itemstotal itemtotal productstotal goodstotal",
  discount: "discounts discountamount discounttotal totaldiscount totaldiscounts rebate reduction",
  shipping:
    "shippingcost shippingcosts shippingamount shippingtotal shippingprice delivery deliverycost freight postage",
  tax: "taxes taxamount taxtotal totaltax vat vatamount gst mwst",
  refunded: "refund refunds refundamount refundedamount refundtotal totalrefunded",
  items: "item lineitem lineitems lines line orderlines orderitems products product articles positions basket cart",
  placedAt:
    "placed date time datetime timestamp orderdate ordertime orderedat created createdat datecreated purchasedat purchasedate",
  updatedAt: "updated modified modifiedat datemodified lastmodified lastupdated changedat",
  country: "countrycode countryiso shippingcountry billingcountry customercountry geo",
  test: "istest testmode testorder sandbox demo",
};

const ITEM_SYNONYMS: Readonly<Record<string, string>> = {
  sku: "id itemid productid product article articleid articlenumber variantid variant code",
  name: "title productname itemname description label",
  quantity: "qty count pieces units unit amount number",
  price: "unitprice itemprice unitamount singleprice cost value",
  category: "categories productcategory producttype type group collection department",
};

const EVENT_SYNONYMS: Readonly<Record<string, string>> = {
  click: "clickid clickref clicktoken wmclick",
  data: "order payload body event properties",
  type: "name event eventname eventtype",
  consent: "consentstate consentstatus",
};

function byName(synonyms: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(synonyms).flatMap(([field, names]) => names.split(" ").map((name) => [name, field])));
}

/** The field that each other name stands for, by the names of an order's body. */
export const ORDER_NAMES = byName(ORDER_SYNONYMS);
/** The same of a line. */
export const ITEM_NAMES = byName(ITEM_SYNONYMS);
/** The same of an event. */
export const EVENT_NAMES = byName(EVENT_SYNONYMS);
