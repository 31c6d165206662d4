import type { Words } from "../../../ground/language/say.ts";
import type { EN } from "./en.ts";

/** The same in German. */
export const DE: Words<keyof typeof EN> = {
  language: "Sprache",
  goTo: "Zu {place}",
  back: "Zurück zur Seite des Links",
  about: "Über diese Website",
  again: "Noch einmal versuchen",

  unknown: "Diesen Link gibt es nicht",
  unknownText: "Kein Link hat diese Adresse. Vielleicht fehlt ein Buchstabe, oder einer ist falsch.",
  unavailable: "Bitte versuch es gleich noch einmal",
  unavailableText: "Der Link konnte gerade nicht nachgeschlagen werden.",
  limited: "Bitte warte eine Minute",
  manyGuesses: "Es wurden zu viele Adressen ohne Link aufgerufen.",
  manyReports: "Von hier kamen zu viele Meldungen.",

  disabled: "Dieser Link wurde abgeschaltet",
  disabledText: "Wer ihn erstellt hat, hat ihn zurückgezogen.",
  notStarted: "Dieser Link ist noch nicht aktiv",
  notStartedText: "Er startet später. Schau dann wieder vorbei.",
  ended: "Dieser Link ist beendet",
  endedText: "Wofür er da war, ist vorbei.",
  blocked: "Dieser Link wurde gesperrt",
  blockedText: "Er führte zu einer unsicheren Adresse.",
  usedUp: "Dieser Link ist aufgebraucht",
  usedUpText: "Er ließ sich nur begrenzt oft öffnen.",

  preview: "Wohin dieser Link führt",
  leadsTo: "Der Kurzlink {link} führt zu",
  sentTo: "Wer {link} öffnet, kommt stattdessen hierhin:",
  ledTo: "Er führte zu {host}.",
  readsAs: "Zu lesen als {host}",
  lookTwice: "Manche Buchstaben darin können anderen ähneln. Prüf, ob es die Website ist, die du erwartest.",
  unencrypted: "Die Verbindung dorthin ist nicht verschlüsselt.",
  varies:
    "Andere kommen vielleicht auf eine andere Seite, je nach Land, Gerät, Sprache und Tageszeit oder durch Zufall.",
  wholeAddress: "Die ganze Adresse",
  straight: "Von hier geöffnet, wird sie nicht gezählt, und niemand verdient daran.",
  proceed: "Weiter",
  proceedCounts: "Das öffnet den Kurzlink und zählt deshalb als Besuch.",
  earnsTitle: "Wer daran verdient",
  earns: "{creator} bekommt vielleicht eine Provision, wenn du etwas kaufst.",
  earnsNobody: "Bei diesem Link ist niemand genannt.",
  keptTitle: "Was gespeichert wird, wenn du ihn öffnest",
  keptStrict: "Eine anonyme Zählung. Es wird keine Klick-ID weitergegeben und kein Cookie gesetzt.",
  keptDeferred:
    "Der Besuch wird gezählt, und der Shop erfährt durch eine ID in der Adresse, welcher Link geöffnet wurde. Diese Website speichert nichts in deinem Browser.",
  keptImplied:
    "Der Besuch wird gezählt, und der Shop erfährt durch eine ID in der Adresse und in einem Cookie dieser Website, welcher Link geöffnet wurde.",
  keptFallback: "Der Besuch wird gezählt. Es wird keine Klick-ID weitergegeben und kein Cookie gesetzt.",
  keptNever: "Deine IP-Adresse und dein Browser werden nie gespeichert.",
  keptHash:
    "Ein verschlüsselter Prüfwert aus beiden, jeden Tag ein anderer, verhindert, dass derselbe Besuch doppelt zählt.",
  optOutTitle: "So lehnst du Tracking ab",
  optOutText:
    "Schalte <gpc>Global Privacy Control</gpc> (oder Do Not Track) in deinem Browser ein, oder lass diesen Browser es sich für diese Website merken. Dann wird keine Klick-ID weitergegeben, kein Cookie gesetzt und kein Prüfwert gespeichert.",
  optOut: "Tracking ablehnen",
  isOptedOut: "In diesem Browser ist Tracking abgelehnt.",
  undo: "Rückgängig machen",
  reportTitle: "Diesen Link melden",
  whatIsWrong: "Was stimmt nicht?",
  phishing: "Er gibt sich als jemand anderes aus (Phishing)",
  malware: "Er verbreitet schädliche Software",
  spam: "Er ist Spam",
  illegal: "Er verstößt gegen das Gesetz",
  other: "Etwas anderes",
  detail: "Was sonst hilft (freiwillig)",
  report: "Meldung abschicken",

  optedOut: "Du hast Tracking abgelehnt",
  optedOutText: "Links dieser Website geben aus diesem Browser keine Klick-ID mehr weiter.",
  optedIn: "Du lehnst Tracking nicht mehr ab",
  optedInText: "Links dieser Website funktionieren in diesem Browser wieder wie üblich.",
  thanks: "Danke",
  thanksText:
    "Deine Meldung ist bei denen angekommen, die diese Website betreiben. Über dich wurde dabei nichts gespeichert.",
  cannot: "Das geht nicht",
  foreign: "Das muss von der Seite des Links abgeschickt werden.",
  notAsked: "Die Seite des Links kann das nicht abschicken.",
  tooLong: "Das war zu lang",
  tooLongText: "Bitte sag es mit weniger Worten.",
  noKind: "Bitte wähl aus, was nicht stimmt",
  noKindText: "Ohne das lässt sich der Meldung nicht nachgehen.",
  notKept: "Die Meldung konnte gerade nicht gespeichert werden. Bitte schick sie noch einmal.",

  root: "Diese Adresse öffnet Kurzlinks",
  rootOf: "Diese Adresse öffnet Kurzlinks von {shop}",
  rootText:
    "Für sich allein führt sie nirgendwohin. Ein Kurzlink hat dahinter noch seinen eigenen Namen, etwa {example}.",
  look: "Sehen, wohin ein Link führt",
  lookText:
    "Setz ein Pluszeichen hinter einen Kurzlink, etwa {example}. Dann siehst du, wohin er führt, wer daran verdient und was gespeichert wird, bevor du ihn öffnest. Schädliche Links kannst du dort auch melden.",
  privacy: "Deine Privatsphäre",
  privacyText:
    "Deine IP-Adresse und dein Browser werden nie gespeichert. <gpc>Global Privacy Control</gpc> und Do Not Track werden geachtet. Auf der Seite jedes Links kannst du Tracking für alle Links dieser Website ablehnen.",
};
