import { type Consent, quietly, tell } from "./browser.ts";

/**
 * Listens to the page's consent platform (IAB TCF v2.2), once there is one: `settle` hears each
 * answer to purpose 1. The consent string itself is never read.
 */
export function followBanner(settle: (consent: Consent) => void, tries = 8): void {
  quietly(() => {
    __tcfapi("addEventListener", 2, (data, success) => {
      quietly(() => {
        if (!success) return;
        // While the banner is open there is no answer.
        if (data!.eventStatus === "cmpuishown") {
          if (GOALS) tell("banner", "shown");
        } else if (data!.gdprApplies) settle(data!.purpose.consents[1] === true ? "granted" : "denied");
        // Where the law doesn't ask first, neither does a regional store.
        else if (data!.gdprApplies === false && CONFIG.policy === "regional") settle("granted");
      });
    });
    tries = 0;
  });
  // One that isn't there yet is looked for until it is of no use.
  if (tries) setTimeout(() => followBanner(settle, tries - 1), 500);
}
