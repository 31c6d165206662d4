import type { Words } from "../../../ground/language/say.ts";
import type { EN } from "./en.ts";

/** The same in French. */
export const FR: Words<keyof typeof EN> = {
  title: "{page} : {name}",
  yours: "Vos liens, vos codes et vos ventes",
  tabs: "Pages",
  overview: "Aperçu",
  orders: "Commandes",
  links: "Liens",
  money: "Argent",
  asOf: "Situation au {time}.",
  secret: "Toute personne qui connaît l’adresse de cette page peut la voir : gardez-la pour vous.",
  until: "Elle fonctionne jusqu’au {time}.",
  language: "Langue",
  nothing: "Il n’y a rien ici",
  nothingText: "Si quelqu’un vous a donné cette adresse, demandez-lui-en une nouvelle.",
  tooMany: "Patientez une minute",
  tooManyText: "Trop d’adresses qui ne mènent à rien ont été essayées.",
  failed: "Cela n’a pas fonctionné",
  failedBack: "Retour à votre page",
  foreign: "L’envoi doit se faire depuis votre propre page.",
};
