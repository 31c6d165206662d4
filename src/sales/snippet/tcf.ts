import { type Consent, quietly } from "./browser.ts";

/** How often and at what distance, ms, a consent banner that isn't there yet is looked for. */
const TRIES = 8;
const PAUSE_MS = 500;

/**
 * Listens to the page's consent platform (IAB TCF v2.2), once there is one: `settle` hears each
 * answer to purpose 1. The consent string itself is never read.
 */
export function followBanner(settle: (consent: Consent) => void, tries = TRIES): void {
  if (window.__tcfapi) {
    quietly(() =>
      window.__tcfapi!("addEventListener", 2, (data, success) => {
        quietly(() => {
          // While the banner is open there is no answer.
          if (!success || data!.eventStatus === "cmpuishown") return;
          if (data!.gdprApplies) settle(data!.purpose.consents[1] === true ? "granted" : "denied");
          // Where the law doesn't ask first, neither does a regional store.
          else if (data!.gdprApplies === false && CONFIG.policy === "regional") settle("granted");
        });
      }),
    );
  } else if (tries > 0) {
    setTimeout(() => followBanner(settle, tries - 1), PAUSE_MS);
  }
}
