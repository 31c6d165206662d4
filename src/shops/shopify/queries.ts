/** What is asked of Shopify's Admin API (GraphQL), in the version below. Shops' amounts are asked for, not shoppers'. */

/** The version that this is written for: a quarter's, which Shopify answers for 12 months at least. */
export const API_VERSION = "2026-10";

const MONEY = "{ shopMoney { amount currencyCode } }";

const LINE = `
  sku title name quantity isGiftCard requiresShipping
  originalUnitPriceSet ${MONEY}
  discountAllocations { allocatedAmountSet ${MONEY} }
  taxLines { priceSet ${MONEY} }`;

/** All that `graphFacts` reads, which is all that is read of a webhook's order. */
const ORDER = `
  id name createdAt processedAt updatedAt cancelledAt test taxesIncluded
  currencyCode displayFinancialStatus sourceName sourceIdentifier tags paymentGatewayNames discountCodes
  email phone
  customer { id defaultEmailAddress { emailAddress } }
  shippingAddress { countryCodeV2 phone }
  billingAddress { countryCodeV2 phone }
  totalPriceSet ${MONEY}
  currentTotalPriceSet ${MONEY}
  totalTaxSet ${MONEY}
  totalDiscountsSet ${MONEY}
  totalTipReceivedSet ${MONEY}
  customAttributes { key value }
  customerJourneySummary { lastVisit { landingPage } }
  discountApplications(first: $few) {
    nodes {
      __typename
      ... on DiscountCodeApplication { code }
      ... on ManualDiscountApplication { title }
      ... on AutomaticDiscountApplication { title }
      ... on ScriptDiscountApplication { title }
    }
    pageInfo { hasNextPage }
  }
  transactions { kind status amountSet ${MONEY} }
  shippingLines(first: $few, includeRemovals: true) {
    nodes {
      originalPriceSet ${MONEY}
      discountAllocations { allocatedAmountSet ${MONEY} }
      taxLines { priceSet ${MONEY} }
    }
    pageInfo { hasNextPage }
  }
  lineItems(first: $lines) {
    nodes {${LINE}
    }
    pageInfo { hasNextPage endCursor }
  }`;

/** A page of orders by a search, the oldest change first. */
export const ORDERS = `query Orders($first: Int!, $after: String, $query: String!, $lines: Int!, $few: Int!) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes {${ORDER}
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

/** The same without what they say: the way past one that the shop can't tell of. */
export const ORDER_IDS = `query OrderIds($first: Int!, $after: String, $query: String!) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes { id }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const ORDER_BY_ID = `query OrderById($id: ID!, $lines: Int!, $few: Int!) {
  order(id: $id) {${ORDER}
  }
}`;

/** Lines past those of the first page. */
export const ORDER_LINES = `query OrderLines($id: ID!, $lines: Int!, $after: String!) {
  order(id: $id) {
    lineItems(first: $lines, after: $after) {
      nodes {${LINE}
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

/** What the app may do, the shop's currency, and the versions that are answered. */
export const SHOP = `query Shop {
  shop { name myshopifyDomain currencyCode }
  currentAppInstallation { accessScopes { handle } }
  publicApiVersions { handle supported }
}`;

export const SCOPES_GRANTED = "query Scopes { currentAppInstallation { accessScopes { handle } } }";

export const SHOP_CURRENCY = "query ShopCurrency { shop { currencyCode } }";

/** Webhooks of this app in this shop. */
export const WEBHOOKS = `query Webhooks($after: String) {
  webhookSubscriptions(first: 100, after: $after) {
    nodes { id topic uri }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const WEBHOOK_CREATE = `mutation WebhookCreate($topic: WebhookSubscriptionTopic!, $webhook: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhook) {
    webhookSubscription { id }
    userErrors { field message }
  }
}`;

export const WEBHOOK_DELETE = `mutation WebhookDelete($id: ID!) {
  webhookSubscriptionDelete(id: $id) {
    deletedWebhookSubscriptionId
    userErrors { field message }
  }
}`;

const CODE = `
  id
  codeDiscount {
    __typename
    ... on DiscountCodeBasic {
      title startsAt endsAt usageLimit appliesOncePerCustomer
      codes(first: 1) { nodes { code } }
      context { __typename }
      minimumRequirement {
        ... on DiscountMinimumSubtotal { greaterThanOrEqualToSubtotal { amount currencyCode } }
        ... on DiscountMinimumQuantity { greaterThanOrEqualToQuantity }
      }
      customerGets {
        value {
          ... on DiscountPercentage { percentage }
          ... on DiscountAmount { amount { amount currencyCode } appliesOnEachItem }
        }
        items {
          ... on AllDiscountItems { allItems }
          ... on DiscountProducts { products(first: 250) { nodes { id } } }
          ... on DiscountCollections { collections(first: 250) { nodes { id } } }
        }
      }
    }
  }`;

export const CODE_BY_ID = `query CodeById($id: ID!) {
  codeDiscountNode(id: $id) {${CODE}
  }
}`;

export const CODE_BY_TEXT = `query CodeByText($code: String!) {
  codeDiscountNodeByCode(code: $code) {${CODE}
  }
}`;

const CODE_RESULT = `{
    codeDiscountNode {${CODE}
    }
    userErrors { field code message }
  }`;

export const CODE_CREATE = `mutation CodeCreate($discount: DiscountCodeBasicInput!) {
  discountCodeBasicCreate(basicCodeDiscount: $discount) ${CODE_RESULT}
}`;

export const CODE_UPDATE = `mutation CodeUpdate($id: ID!, $discount: DiscountCodeBasicInput!) {
  discountCodeBasicUpdate(id: $id, basicCodeDiscount: $discount) ${CODE_RESULT}
}`;

export const CODE_DELETE = `mutation CodeDelete($id: ID!) {
  discountCodeDelete(id: $id) {
    deletedCodeDiscountId
    userErrors { field code message }
  }
}`;
