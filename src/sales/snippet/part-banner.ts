/*! banner */
/**
 * Part `banner`: that the consent banner was shown, and how it was answered; each once a page. An answer that nobody was
 * asked for there is what an earlier page was told, or no banner's.
 */
import { CONSENT } from "./hooks.ts";
import { add } from "./part-visit.ts";

/** 1: the banner was shown; 2: and answered. */
let asked = 0;

H.push((what, state) => {
  if (asked ? asked < 2 && what === CONSENT : what === "banner" && state === "shown") {
    asked++;
    add("banner", { state });
  }
});
