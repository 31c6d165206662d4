/** The parts of a commission that has none but its value. */
export const PLAIN_RULE = {
  tiers: [],
  special: [],
  capPerOrderMinor: null,
  capPerCreatorMinor: null,
  newCustomersOnly: false,
  includeTax: false,
  includeShipping: false,
  holdDays: 30,
  payIn: null,
};
