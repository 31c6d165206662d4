/** What isn't known of any click that a benchmark writes. */
export const UNTOLD = {
  region: null,
  city: null,
  colo: null,
  browser: null,
  os: null,
  language: null,
  referrerHost: null,
  utmSource: null,
  utmMedium: null,
  utmCampaign: null,
  utmTerm: null,
  utmContent: null,
  rule: null,
};
