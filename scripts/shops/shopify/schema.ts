/**
 * The part of Shopify's Admin GraphQL that connectors like ours use, written from its public reference (version 2026-10):
 * types, fields and nullability as there, so that what doesn't exist there fails here. What is deprecated there is so here.
 */
export const SDL = /* GraphQL */ `
  scalar DateTime
  scalar Decimal
  scalar UnsignedInt64
  scalar URL

  interface Node {
    id: ID!
  }

  type Query {
    node(id: ID!): Node
    nodes(ids: [ID!]!): [Node]!
    shop: Shop!
    currentAppInstallation: AppInstallation!
    publicApiVersions: [ApiVersion!]!
    order(id: ID!): Order
    orders(
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
      sortKey: OrderSortKeys = PROCESSED_AT
      query: String
    ): OrderConnection!
    ordersCount(query: String, limit: Int = 10000): Count
    refund(id: ID!): Refund
    codeDiscountNode(id: ID!): DiscountCodeNode
    codeDiscountNodeByCode(code: String!): DiscountCodeNode
    codeDiscountNodes(
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
      sortKey: CodeDiscountSortKeys = ID
      query: String
    ): DiscountCodeNodeConnection!
    discountNode(id: ID!): DiscountNode
    webhookSubscription(id: ID!): WebhookSubscription
    webhookSubscriptions(
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
      format: WebhookSubscriptionFormat
      topics: [WebhookSubscriptionTopic!]
      uri: String
      query: String
    ): WebhookSubscriptionConnection!
  }

  type Mutation {
    discountCodeBasicCreate(basicCodeDiscount: DiscountCodeBasicInput!): DiscountCodeBasicCreatePayload
    discountCodeBasicUpdate(id: ID!, basicCodeDiscount: DiscountCodeBasicInput!): DiscountCodeBasicUpdatePayload
    discountCodeDelete(id: ID!): DiscountCodeDeletePayload
    discountCodeActivate(id: ID!): DiscountCodeActivatePayload
    discountCodeDeactivate(id: ID!): DiscountCodeDeactivatePayload
    webhookSubscriptionCreate(
      topic: WebhookSubscriptionTopic!
      webhookSubscription: WebhookSubscriptionInput!
    ): WebhookSubscriptionCreatePayload
    webhookSubscriptionUpdate(id: ID!, webhookSubscription: WebhookSubscriptionInput!): WebhookSubscriptionUpdatePayload
    webhookSubscriptionDelete(id: ID!): WebhookSubscriptionDeletePayload
  }

  type PageInfo {
    hasNextPage: Boolean!
    hasPreviousPage: Boolean!
    startCursor: String
    endCursor: String
  }
  type Count {
    count: Int!
    precision: CountPrecision!
  }
  enum CountPrecision {
    EXACT
    AT_LEAST
  }
  type UserError {
    field: [String!]
    message: String!
  }

  type Shop implements Node {
    id: ID!
    name: String!
    email: String!
    myshopifyDomain: String!
    primaryDomain: Domain!
    url: URL!
    currencyCode: CurrencyCode!
    ianaTimezone: String!
    timezoneOffset: String!
    taxesIncluded: Boolean!
    plan: ShopPlan!
  }
  type Domain {
    host: String!
    url: URL!
  }
  type ShopPlan {
    partnerDevelopment: Boolean!
    shopifyPlus: Boolean!
    publicDisplayName: String!
  }
  type ApiVersion {
    handle: String!
    supported: Boolean!
    displayName: String!
  }
  type App implements Node {
    id: ID!
    title: String!
    apiKey: String!
    handle: String
  }
  type AppInstallation implements Node {
    id: ID!
    app: App!
    accessScopes: [AccessScope!]!
  }
  type AccessScope {
    handle: String!
    description: String!
  }

  type MoneyV2 {
    amount: Decimal!
    currencyCode: CurrencyCode!
  }
  type MoneyBag {
    shopMoney: MoneyV2!
    presentmentMoney: MoneyV2!
  }
  enum CurrencyCode {
    AUD
    BHD
    CAD
    CHF
    CZK
    DKK
    EUR
    GBP
    HKD
    HUF
    JPY
    KRW
    KWD
    NOK
    NZD
    PLN
    SEK
    SGD
    TND
    USD
  }
  enum CountryCode {
    AT
    AU
    BE
    CA
    CH
    CZ
    DE
    DK
    ES
    FI
    FR
    GB
    HK
    IE
    IT
    JP
    KR
    NL
    NO
    NZ
    PL
    PT
    SE
    SG
    US
    ZZ
  }

  enum OrderSortKeys {
    CREATED_AT
    CURRENT_TOTAL_PRICE
    CUSTOMER_NAME
    DESTINATION
    FINANCIAL_STATUS
    FULFILLMENT_STATUS
    ID
    ORDER_NUMBER
    PO_NUMBER
    PROCESSED_AT
    RELEVANCE
    TOTAL_ITEMS_QUANTITY
    TOTAL_PRICE
    UPDATED_AT
  }
  enum OrderDisplayFinancialStatus {
    AUTHORIZED
    EXPIRED
    PAID
    PARTIALLY_PAID
    PARTIALLY_REFUNDED
    PENDING
    REFUNDED
    VOIDED
  }
  enum OrderDisplayFulfillmentStatus {
    FULFILLED
    IN_PROGRESS
    ON_HOLD
    OPEN
    PARTIALLY_FULFILLED
    PENDING_FULFILLMENT
    REQUEST_DECLINED
    RESTOCKED
    SCHEDULED
    UNFULFILLED
  }
  enum OrderCancelReason {
    CUSTOMER
    DECLINED
    FRAUD
    INVENTORY
    OTHER
    STAFF
  }

  type OrderConnection {
    edges: [OrderEdge!]!
    nodes: [Order!]!
    pageInfo: PageInfo!
  }
  type OrderEdge {
    cursor: String!
    node: Order!
  }
  type Order implements Node {
    id: ID!
    legacyResourceId: UnsignedInt64!
    name: String!
    number: Int!
    confirmationNumber: String
    confirmed: Boolean!
    createdAt: DateTime!
    processedAt: DateTime!
    updatedAt: DateTime!
    cancelledAt: DateTime
    cancelReason: OrderCancelReason
    closed: Boolean!
    closedAt: DateTime
    edited: Boolean!
    test: Boolean!
    tags: [String!]!
    note: String
    email: String
    phone: String
    currencyCode: CurrencyCode!
    presentmentCurrencyCode: CurrencyCode!
    displayFinancialStatus: OrderDisplayFinancialStatus
    displayFulfillmentStatus: OrderDisplayFulfillmentStatus!
    fullyPaid: Boolean!
    unpaid: Boolean!
    sourceName: String
    sourceIdentifier: String
    app: OrderApp
    paymentGatewayNames: [String!]!
    taxesIncluded: Boolean!
    taxLines: [TaxLine!]!
    customAttributes: [Attribute!]!
    customer: Customer
    customerJourneySummary: CustomerJourneySummary
    shippingAddress: MailingAddress
    billingAddress: MailingAddress
    discountCode: String
    discountCodes: [String!]!
    discountApplications(
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
    ): DiscountApplicationConnection!
    subtotalPriceSet: MoneyBag
    totalPriceSet: MoneyBag!
    totalTaxSet: MoneyBag
    totalDiscountsSet: MoneyBag
    totalShippingPriceSet: MoneyBag!
    totalRefundedSet: MoneyBag!
    totalRefundedShippingSet: MoneyBag!
    totalReceivedSet: MoneyBag!
    totalOutstandingSet: MoneyBag!
    totalTipReceivedSet: MoneyBag!
    netPaymentSet: MoneyBag!
    originalTotalPriceSet: MoneyBag!
    refundDiscrepancySet: MoneyBag!
    currentSubtotalPriceSet: MoneyBag!
    currentTotalPriceSet: MoneyBag!
    currentTotalTaxSet: MoneyBag!
    currentTotalDiscountsSet: MoneyBag!
    currentShippingPriceSet: MoneyBag!
    currentSubtotalLineItemsQuantity: Int!
    subtotalLineItemsQuantity: Int!
    lineItems(first: Int, after: String, last: Int, before: String, reverse: Boolean = false): LineItemConnection!
    shippingLine: ShippingLine
    shippingLines(
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
      includeRemovals: Boolean = false
    ): ShippingLineConnection!
    transactions(first: Int, capturable: Boolean, manuallyResolvable: Boolean): [OrderTransaction!]!
    refunds(first: Int): [Refund!]!
    retailLocation: Location
  }
  type OrderApp {
    id: ID!
    name: String!
  }
  type Location implements Node {
    id: ID!
    name: String!
  }
  type Attribute {
    key: String!
    value: String
  }
  type TaxLine {
    title: String!
    rate: Float
    ratePercentage: Float
    priceSet: MoneyBag!
    channelLiable: Boolean
  }
  type Customer implements Node {
    id: ID!
    legacyResourceId: UnsignedInt64!
    email: String @deprecated(reason: "Use defaultEmailAddress.emailAddress instead.")
    displayName: String!
    firstName: String
    lastName: String
    defaultEmailAddress: CustomerEmailAddress
    numberOfOrders: UnsignedInt64!
  }
  type CustomerEmailAddress {
    emailAddress: String!
  }
  type CustomerJourneySummary {
    ready: Boolean!
    customerOrderIndex: Int
    daysToConversion: Int
    momentsCount: Count
    firstVisit: CustomerVisit
    lastVisit: CustomerVisit
  }
  type CustomerVisit implements Node {
    id: ID!
    landingPage: URL
    landingPageHtml: String
    referrerUrl: URL
    referralCode: String
    source: String!
    sourceType: String
    occurredAt: DateTime!
    utmParameters: UTMParameters
  }
  type UTMParameters {
    campaign: String
    content: String
    medium: String
    source: String
    term: String
  }
  type MailingAddress implements Node {
    id: ID!
    firstName: String
    lastName: String
    name: String
    address1: String
    address2: String
    city: String
    zip: String
    company: String
    phone: String
    country: String
    countryCodeV2: CountryCode
    provinceCode: String
  }

  enum DiscountApplicationAllocationMethod {
    ACROSS
    EACH
    ONE
  }
  enum DiscountApplicationTargetSelection {
    ALL
    ENTITLED
    EXPLICIT
  }
  enum DiscountApplicationTargetType {
    LINE_ITEM
    SHIPPING_LINE
  }
  union PricingValue = MoneyV2 | PricingPercentageValue
  type PricingPercentageValue {
    percentage: Float!
  }
  type DiscountApplicationConnection {
    edges: [DiscountApplicationEdge!]!
    nodes: [DiscountApplication!]!
    pageInfo: PageInfo!
  }
  type DiscountApplicationEdge {
    cursor: String!
    node: DiscountApplication!
  }
  interface DiscountApplication {
    allocationMethod: DiscountApplicationAllocationMethod!
    index: Int!
    targetSelection: DiscountApplicationTargetSelection!
    targetType: DiscountApplicationTargetType!
    value: PricingValue!
  }
  type DiscountCodeApplication implements DiscountApplication {
    allocationMethod: DiscountApplicationAllocationMethod!
    index: Int!
    targetSelection: DiscountApplicationTargetSelection!
    targetType: DiscountApplicationTargetType!
    value: PricingValue!
    code: String!
  }
  type ManualDiscountApplication implements DiscountApplication {
    allocationMethod: DiscountApplicationAllocationMethod!
    index: Int!
    targetSelection: DiscountApplicationTargetSelection!
    targetType: DiscountApplicationTargetType!
    value: PricingValue!
    title: String!
    description: String
  }
  type AutomaticDiscountApplication implements DiscountApplication {
    allocationMethod: DiscountApplicationAllocationMethod!
    index: Int!
    targetSelection: DiscountApplicationTargetSelection!
    targetType: DiscountApplicationTargetType!
    value: PricingValue!
    title: String!
  }
  type ScriptDiscountApplication implements DiscountApplication {
    allocationMethod: DiscountApplicationAllocationMethod!
    index: Int!
    targetSelection: DiscountApplicationTargetSelection!
    targetType: DiscountApplicationTargetType!
    value: PricingValue!
    title: String!
  }
  type DiscountAllocation {
    allocatedAmountSet: MoneyBag!
    discountApplication: DiscountApplication!
  }

  type LineItemConnection {
    edges: [LineItemEdge!]!
    nodes: [LineItem!]!
    pageInfo: PageInfo!
  }
  type LineItemEdge {
    cursor: String!
    node: LineItem!
  }
  type LineItem implements Node {
    id: ID!
    sku: String
    name: String!
    title: String!
    variantTitle: String
    vendor: String
    quantity: Int!
    currentQuantity: Int!
    refundableQuantity: Int!
    isGiftCard: Boolean!
    requiresShipping: Boolean!
    taxable: Boolean!
    customAttributes: [Attribute!]!
    product: Product
    originalUnitPriceSet: MoneyBag!
    originalTotalSet: MoneyBag!
    discountedUnitPriceSet: MoneyBag!
    discountedUnitPriceAfterAllDiscountsSet: MoneyBag!
    discountedTotalSet(withCodeDiscounts: Boolean = false): MoneyBag!
    totalDiscountSet: MoneyBag!
    discountAllocations: [DiscountAllocation!]!
    taxLines(first: Int): [TaxLine!]!
    sellingPlan: LineItemSellingPlan
  }
  type LineItemSellingPlan {
    name: String!
    sellingPlanId: ID
  }
  type Product implements Node {
    id: ID!
    legacyResourceId: UnsignedInt64!
    title: String!
  }
  type Collection implements Node {
    id: ID!
    legacyResourceId: UnsignedInt64!
    title: String!
  }

  type ShippingLineConnection {
    edges: [ShippingLineEdge!]!
    nodes: [ShippingLine!]!
    pageInfo: PageInfo!
  }
  type ShippingLineEdge {
    cursor: String!
    node: ShippingLine!
  }
  type ShippingLine {
    id: ID
    title: String!
    code: String
    source: String
    isRemoved: Boolean!
    originalPriceSet: MoneyBag!
    discountedPriceSet: MoneyBag!
    currentDiscountedPriceSet: MoneyBag!
    discountAllocations: [DiscountAllocation!]!
    taxLines: [TaxLine!]!
  }

  enum OrderTransactionKind {
    AUTHORIZATION
    CAPTURE
    CHANGE
    EMV_AUTHORIZATION
    REFUND
    SALE
    SUGGESTED_REFUND
    VOID
  }
  enum OrderTransactionStatus {
    AWAITING_RESPONSE
    ERROR
    FAILURE
    PENDING
    SUCCESS
    UNKNOWN
  }
  type OrderTransactionConnection {
    edges: [OrderTransactionEdge!]!
    nodes: [OrderTransaction!]!
    pageInfo: PageInfo!
  }
  type OrderTransactionEdge {
    cursor: String!
    node: OrderTransaction!
  }
  type OrderTransaction implements Node {
    id: ID!
    kind: OrderTransactionKind!
    status: OrderTransactionStatus!
    gateway: String
    formattedGateway: String
    test: Boolean!
    amountSet: MoneyBag!
    createdAt: DateTime!
    processedAt: DateTime
    errorCode: String
    parentTransaction: OrderTransaction
  }

  type Refund implements Node {
    id: ID!
    legacyResourceId: UnsignedInt64!
    createdAt: DateTime
    updatedAt: DateTime!
    note: String
    order: Order!
    return: Return
    totalRefundedSet: MoneyBag!
    refundLineItems(
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
    ): RefundLineItemConnection!
    refundShippingLines(
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
    ): RefundShippingLineConnection!
    orderAdjustments(
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
    ): OrderAdjustmentConnection!
    transactions(
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
    ): OrderTransactionConnection!
  }
  type Return implements Node {
    id: ID!
  }
  type RefundLineItemConnection {
    edges: [RefundLineItemEdge!]!
    nodes: [RefundLineItem!]!
    pageInfo: PageInfo!
  }
  type RefundLineItemEdge {
    cursor: String!
    node: RefundLineItem!
  }
  type RefundLineItem {
    id: ID
    lineItem: LineItem!
    quantity: Int!
    restocked: Boolean!
    priceSet: MoneyBag!
    subtotalSet: MoneyBag!
    totalTaxSet: MoneyBag!
  }
  type RefundShippingLineConnection {
    edges: [RefundShippingLineEdge!]!
    nodes: [RefundShippingLine!]!
    pageInfo: PageInfo!
  }
  type RefundShippingLineEdge {
    cursor: String!
    node: RefundShippingLine!
  }
  type RefundShippingLine implements Node {
    id: ID!
    shippingLine: ShippingLine!
    subtotalAmountSet: MoneyBag!
    taxAmountSet: MoneyBag!
  }
  enum OrderAdjustmentDiscrepancyReason {
    RESTOCK
    DAMAGE
    CUSTOMER
    REFUND_DISCREPANCY
    FULL_RETURN_BALANCING_ADJUSTMENT
    PENDING_REFUND_DISCREPANCY
  }
  type OrderAdjustmentConnection {
    edges: [OrderAdjustmentEdge!]!
    nodes: [OrderAdjustment!]!
    pageInfo: PageInfo!
  }
  type OrderAdjustmentEdge {
    cursor: String!
    node: OrderAdjustment!
  }
  type OrderAdjustment implements Node {
    id: ID!
    amountSet: MoneyBag!
    taxAmountSet: MoneyBag!
    reason: OrderAdjustmentDiscrepancyReason
  }

  enum DiscountStatus {
    ACTIVE
    EXPIRED
    SCHEDULED
  }
  enum DiscountClass {
    ORDER
    PRODUCT
    SHIPPING
  }
  enum CodeDiscountSortKeys {
    CREATED_AT
    ENDS_AT
    ID
    RELEVANCE
    STARTS_AT
    TITLE
    UPDATED_AT
  }
  type DiscountCodeNodeConnection {
    edges: [DiscountCodeNodeEdge!]!
    nodes: [DiscountCodeNode!]!
    pageInfo: PageInfo!
  }
  type DiscountCodeNodeEdge {
    cursor: String!
    node: DiscountCodeNode!
  }
  type DiscountCodeNode implements Node {
    id: ID!
    codeDiscount: DiscountCode!
  }
  type DiscountNode implements Node {
    id: ID!
    discount: Discount!
  }
  union DiscountCode = DiscountCodeBasic | DiscountCodeFreeShipping
  union Discount = DiscountCodeBasic | DiscountCodeFreeShipping
  type DiscountCodeFreeShipping {
    title: String!
    status: DiscountStatus!
    startsAt: DateTime!
    endsAt: DateTime
    usageLimit: Int
    appliesOncePerCustomer: Boolean!
    asyncUsageCount: Int!
    createdAt: DateTime!
    updatedAt: DateTime!
    codes(first: Int, after: String, last: Int, before: String, reverse: Boolean = false): DiscountRedeemCodeConnection!
    codesCount: Count
  }
  type DiscountCodeBasic {
    title: String!
    status: DiscountStatus!
    summary: String!
    shortSummary: String!
    startsAt: DateTime!
    endsAt: DateTime
    usageLimit: Int
    appliesOncePerCustomer: Boolean!
    asyncUsageCount: Int!
    recurringCycleLimit: Int
    createdAt: DateTime!
    updatedAt: DateTime!
    discountClasses: [DiscountClass!]!
    codes(first: Int, after: String, last: Int, before: String, reverse: Boolean = false): DiscountRedeemCodeConnection!
    codesCount: Count
    combinesWith: DiscountCombinesWith!
    context: DiscountContext!
    customerGets: DiscountCustomerGets!
    minimumRequirement: DiscountMinimumRequirement
  }
  type DiscountRedeemCodeConnection {
    edges: [DiscountRedeemCodeEdge!]!
    nodes: [DiscountRedeemCode!]!
    pageInfo: PageInfo!
  }
  type DiscountRedeemCodeEdge {
    cursor: String!
    node: DiscountRedeemCode!
  }
  type DiscountRedeemCode {
    id: ID!
    code: String!
    asyncUsageCount: Int!
  }
  type DiscountCombinesWith {
    orderDiscounts: Boolean!
    productDiscounts: Boolean!
    shippingDiscounts: Boolean!
  }
  union DiscountContext = DiscountBuyerSelectionAll | DiscountCustomers
  type DiscountBuyerSelectionAll {
    all: DiscountBuyerSelection!
  }
  type DiscountCustomers {
    customers: [Customer!]!
  }
  enum DiscountBuyerSelection {
    ALL
  }
  type DiscountCustomerGets {
    appliesOnOneTimePurchase: Boolean!
    appliesOnSubscription: Boolean!
    items: DiscountItems!
    value: DiscountCustomerGetsValue!
  }
  union DiscountItems = AllDiscountItems | DiscountProducts | DiscountCollections
  type AllDiscountItems {
    allItems: Boolean!
  }
  type ProductConnection {
    edges: [ProductEdge!]!
    nodes: [Product!]!
    pageInfo: PageInfo!
  }
  type ProductEdge {
    cursor: String!
    node: Product!
  }
  type CollectionConnection {
    edges: [CollectionEdge!]!
    nodes: [Collection!]!
    pageInfo: PageInfo!
  }
  type CollectionEdge {
    cursor: String!
    node: Collection!
  }
  type DiscountProducts {
    products(first: Int, after: String, last: Int, before: String, reverse: Boolean = false): ProductConnection!
  }
  type DiscountCollections {
    collections(first: Int, after: String, last: Int, before: String, reverse: Boolean = false): CollectionConnection!
  }
  union DiscountCustomerGetsValue = DiscountAmount | DiscountPercentage
  type DiscountAmount {
    amount: MoneyV2!
    appliesOnEachItem: Boolean!
  }
  type DiscountPercentage {
    percentage: Float!
  }
  union DiscountMinimumRequirement = DiscountMinimumQuantity | DiscountMinimumSubtotal
  type DiscountMinimumQuantity {
    greaterThanOrEqualToQuantity: UnsignedInt64!
  }
  type DiscountMinimumSubtotal {
    greaterThanOrEqualToSubtotal: MoneyV2!
  }

  input DiscountCodeBasicInput {
    title: String
    code: String
    startsAt: DateTime
    endsAt: DateTime
    usageLimit: Int
    appliesOncePerCustomer: Boolean
    recurringCycleLimit: Int
    combinesWith: DiscountCombinesWithInput
    context: DiscountContextInput
    customerSelection: DiscountCustomerSelectionInput @deprecated(reason: "Use context instead.")
    customerGets: DiscountCustomerGetsInput
    minimumRequirement: DiscountMinimumRequirementInput
  }
  input DiscountCombinesWithInput {
    orderDiscounts: Boolean = false
    productDiscounts: Boolean = false
    shippingDiscounts: Boolean = false
  }
  input DiscountContextInput {
    all: DiscountBuyerSelection
    customers: DiscountCustomersInput
  }
  input DiscountCustomersInput {
    add: [ID!]
    remove: [ID!]
  }
  input DiscountCustomerSelectionInput {
    all: Boolean
  }
  input DiscountCustomerGetsInput {
    value: DiscountCustomerGetsValueInput
    items: DiscountItemsInput
    appliesOnOneTimePurchase: Boolean
    appliesOnSubscription: Boolean
  }
  input DiscountCustomerGetsValueInput {
    percentage: Float
    discountAmount: DiscountAmountInput
  }
  input DiscountAmountInput {
    amount: Decimal
    appliesOnEachItem: Boolean
  }
  input DiscountItemsInput {
    all: Boolean
    products: DiscountProductsInput
    collections: DiscountCollectionsInput
  }
  input DiscountProductsInput {
    productsToAdd: [ID!]
    productsToRemove: [ID!]
    productVariantsToAdd: [ID!]
    productVariantsToRemove: [ID!]
  }
  input DiscountCollectionsInput {
    add: [ID!]
    remove: [ID!]
  }
  input DiscountMinimumRequirementInput {
    quantity: DiscountMinimumQuantityInput
    subtotal: DiscountMinimumSubtotalInput
  }
  input DiscountMinimumQuantityInput {
    greaterThanOrEqualToQuantity: UnsignedInt64
  }
  input DiscountMinimumSubtotalInput {
    greaterThanOrEqualToSubtotal: Decimal
  }
  enum DiscountErrorCode {
    ACTIVE_PERIOD_OVERLAP
    APPLIES_ON_NOTHING
    BLANK
    CONFLICT
    DUPLICATE
    END_DATE_BEFORE_START_DATE
    EQUAL_TO
    EXCEEDED_MAX
    GREATER_THAN
    GREATER_THAN_OR_EQUAL_TO
    IMPLICIT_DUPLICATE
    INCLUSION
    INTERNAL_ERROR
    INVALID
    INVALID_COMBINES_WITH_FOR_DISCOUNT_CLASS
    LESS_THAN
    LESS_THAN_OR_EQUAL_TO
    MAX_APP_DISCOUNTS
    MINIMUM_SUBTOTAL_AND_QUANTITY_RANGE_BOTH_PRESENT
    MISSING_ARGUMENT
    MULTIPLE_RECURRING_CYCLE_LIMIT_FOR_NON_SUBSCRIPTION_ITEMS
    PRESENT
    TAKEN
    TOO_LONG
    TOO_MANY_ARGUMENTS
    TOO_SHORT
    VALUE_OUTSIDE_RANGE
  }
  type DiscountUserError {
    field: [String!]
    message: String!
    code: DiscountErrorCode
    extraInfo: String
  }
  type DiscountCodeBasicCreatePayload {
    codeDiscountNode: DiscountCodeNode
    userErrors: [DiscountUserError!]!
  }
  type DiscountCodeBasicUpdatePayload {
    codeDiscountNode: DiscountCodeNode
    userErrors: [DiscountUserError!]!
  }
  type DiscountCodeDeletePayload {
    deletedCodeDiscountId: ID
    userErrors: [DiscountUserError!]!
  }
  type DiscountCodeActivatePayload {
    codeDiscountNode: DiscountCodeNode
    userErrors: [DiscountUserError!]!
  }
  type DiscountCodeDeactivatePayload {
    codeDiscountNode: DiscountCodeNode
    userErrors: [DiscountUserError!]!
  }

  enum WebhookSubscriptionTopic {
    APP_UNINSTALLED
    DISCOUNTS_CREATE
    DISCOUNTS_DELETE
    DISCOUNTS_UPDATE
    ORDERS_CANCELLED
    ORDERS_CREATE
    ORDERS_DELETE
    ORDERS_EDITED
    ORDERS_FULFILLED
    ORDERS_PAID
    ORDERS_PARTIALLY_FULFILLED
    ORDERS_UPDATED
    REFUNDS_CREATE
    SHOP_UPDATE
  }
  enum WebhookSubscriptionFormat {
    JSON
    XML
  }
  type WebhookSubscriptionConnection {
    edges: [WebhookSubscriptionEdge!]!
    nodes: [WebhookSubscription!]!
    pageInfo: PageInfo!
  }
  type WebhookSubscriptionEdge {
    cursor: String!
    node: WebhookSubscription!
  }
  type WebhookHttpEndpoint {
    callbackUrl: URL!
  }
  union WebhookSubscriptionEndpoint = WebhookHttpEndpoint
  type WebhookSubscription implements Node {
    id: ID!
    legacyResourceId: UnsignedInt64!
    topic: WebhookSubscriptionTopic!
    uri: String!
    format: WebhookSubscriptionFormat!
    filter: String
    includeFields: [String!]!
    metafieldNamespaces: [String!]!
    name: String
    apiVersion: ApiVersion!
    createdAt: DateTime!
    updatedAt: DateTime!
    endpoint: WebhookSubscriptionEndpoint! @deprecated(reason: "Use uri instead.")
  }
  input WebhookSubscriptionInput {
    uri: String
    format: WebhookSubscriptionFormat
    filter: String
    includeFields: [String!]
    metafieldNamespaces: [String!]
    name: String
  }
  type WebhookSubscriptionCreatePayload {
    webhookSubscription: WebhookSubscription
    userErrors: [UserError!]!
  }
  type WebhookSubscriptionUpdatePayload {
    webhookSubscription: WebhookSubscription
    userErrors: [UserError!]!
  }
  type WebhookSubscriptionDeletePayload {
    deletedWebhookSubscriptionId: ID
    userErrors: [UserError!]!
  }
`;
