import type { Words } from "../../../ground/language/say.ts";
import type { EN } from "./en.ts";

/** The same in French. */
export const FR: Words<keyof typeof EN> = {
  title: "Ce qu’on sait de ce navigateur",
  back: "Visiter {shop}",
  isForgotten: "Ce navigateur a été oublié.",
  nothing: "On ne sait rien d’un visiteur avec cet identifiant.",
  beingForgotten: "Il est en train d’être oublié : ce qui reste disparaît en quelques minutes.",
  seen: "Vu pour la première fois le {first} et pour la dernière fois le {last}.",
  notKept: "Les jours où il a été vu ne sont pas conservés.",
  lately:
    "Sur les 90 derniers jours : {visits, plural, one {# visite} other {# visites}}, {pages, plural, one {# page} other {# pages}}, {events, plural, one {# événement} other {# événements}}.",
  atLeast:
    "Sur les 90 derniers jours, au moins : {visits, plural, one {# visite} other {# visites}}, {pages, plural, one {# page} other {# pages}}, {events, plural, one {# événement} other {# événements}}.",
  goals: "Événements pris en compte par les objectifs de la boutique : {count, number}.",
  customer: "Il est connu comme client de la boutique.",
  stranger: "Il n’est pas connu comme client de la boutique.",
  pages: "Pages, de la plus récente à la plus ancienne",
  page: "{time} : {path}",
  carts: "Paniers",
  cart: "{time} : {items, plural, one {# article} other {# articles}}",
  cartBought: "{time} : {items, plural, one {# article acheté} other {# articles achetés}}",
  link: "Lien",
  noClick: "Ce navigateur ne conserve aucun identifiant de clic de ce site.",
  opened: "Un lien a été ouvert le {time}.",
  openedOf: "Un lien de {creator} a été ouvert le {time}.",
  openedTo: "Un lien vers {shop} a été ouvert le {time}.",
  openedOfTo: "Un lien de {creator} vers {shop} a été ouvert le {time}.",
  credited: "Jusqu’au {time}, une commande peut être attribuée à la personne qui l’a partagé.",
  cookies: "Cookies de ce site",
  clickKept: "Un identifiant de clic est conservé.",
  clickNone: "Aucun identifiant de clic n’est conservé.",
  outYes: "Vous avez refusé le suivi.",
  outNo: "Vous n’avez pas refusé le suivi.",
  granted: "À la question de la boutique, vous avez répondu oui.",
  denied: "À la question de la boutique, vous avez répondu non.",
  unanswered: "Aucune réponse à la question de la boutique n’est conservée ici.",
  forget: "Tout faire oublier",
  alsoOptOut: "Oublier aussi mon refus du suivi",
  button: "Oublier ce navigateur",
  shopCookie:
    "L’identifiant lui-même est conservé par le site de la boutique, dans un cookie que seul ce site peut supprimer : refusez-le là où il demande votre consentement, ou supprimez le cookie {cookie} dans votre navigateur.",
  forgotten: "C’est oublié",
  forgottenText:
    "Ce qu’on savait d’un visiteur avec cet identifiant est supprimé : ce que les pages ont transmis disparaît en quelques minutes, et ce qui arrive encore dans les 30 prochains jours n’est pas retenu. Les totaux où personne ne se distingue des autres restent.",
  clickDeleted: "L’identifiant de clic de ce site est supprimé dans ce navigateur.",
  look: "Voir ce qu’on sait maintenant",
  failed: "Cela n’a pas fonctionné",
  bare: "Cette page le montre pour une boutique à la fois. Ouvrez-la depuis le site de la boutique, ou demandez-lui votre adresse de cette page.",
  bareOut:
    "Pour refuser le suivi ici, ajoutez un signe plus après n’importe quel lien court de ce site et ouvrez sa page.",
  wrong: "L’adresse n’est pas complète. Ouvrez de nouveau cette page depuis la boutique.",
  tooLong: "C’était trop long.",
  tooMany: "Trop de demandes. Patientez une minute.",
  unavailable: "Consultation impossible pour le moment. Réessayez dans un instant.",
};
