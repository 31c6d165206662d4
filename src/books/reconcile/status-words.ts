import type { SourceStatus } from "../../ground/model/evidence.ts";

/**
 * What shops that don't speak English call where an order stands, by what it means: the labels of WooCommerce's,
 * Magento's and Shopify's translations into German, French, Spanish, Italian, Dutch, Portuguese and Polish, in
 * the genders that they come in, with commas between them. A word that means one thing here and another there is left to the presets.
 */
const TRANSLATIONS: Readonly<Record<SourceStatus, readonly string[]>> = {
  pending: [
    "Ausstehend, Zahlung ausstehend, Ausstehende Zahlung, Offen, Wartend, In Wartestellung",
    "Zurückgestellt, Angehalten, Zahlungsprüfung, Betrugsverdacht, Autorisiert, Teilweise bezahlt",
    "En attente, En attente de paiement, Attente paiement, Paiement en attente, Suspendue, Autorisée",
    "Partiellement payée, Pendiente, Pendiente de pago, Pago pendiente, En espera, Autorizado",
    "Parcialmente pagado, In attesa, In attesa di pagamento, Sospeso, In sospeso, Autorizzato",
    "Parzialmente pagato, Wachtend op betaling, In afwachting van betaling, In de wacht, Geautoriseerd",
    "Gedeeltelijk betaald, Pagamento pendente, Pendente, Aguardando, Aguardando pagamento, Em espera",
    "Parcialmente pago, Oczekujące, Oczekujące na płatność, Oczekuje na płatność, Wstrzymane, Wstrzymano",
  ],
  paid: [
    "Bezahlt, In Bearbeitung, Verarbeitung, Fertiggestellt, Abgeschlossen, Vollständig",
    "Teilweise erstattet, Teilweise rückerstattet, Payée, Payé, En cours, En cours de traitement",
    "Terminée, Terminé, Partiellement remboursée, Partiellement remboursé, Pagado, Pagada, Procesando",
    "Completado, Completada, Reembolsado parcialmente, Parcialmente reembolsado, Pagato, In lavorazione",
    "Completato, Rimborsato parzialmente, Parzialmente rimborsato, Betaald, In verwerking, Verwerken",
    "Afgerond, Voltooid, Gedeeltelijk terugbetaald, Pago, Paga, Processando, Em processamento",
    "Concluído, Concluída, Opłacone, Opłacono, W trakcie realizacji, Przetwarzane, Zrealizowane",
    "Ukończone, Zakończone, Częściowo zwrócone, Częściowo zwrócono",
  ],
  cancelled: [
    "Storniert, Abgebrochen, Fehlgeschlagen, Annulée, Annulé, Échouée, Échoué, Échec",
    "Cancelado, Cancelada, Fallido, Fallida, Annullato, Cancellato, Fallito, Geannuleerd, Mislukt",
    "Malsucedido, Falhado, Falhou, Anulowane, Anulowano, Nieudane, Niepowodzenie",
  ],
  refunded: [
    "Erstattet, Rückerstattet, Zurückerstattet, Remboursée, Remboursé, Reembolsado, Reembolsada",
    "Rimborsato, Terugbetaald, Zwrócone, Zwrócono, Zwrot",
  ],
};

/** A status as it is looked up: case, accents, marks between words and WooCommerce's `wc-` make no difference. */
export function statusKey(text: string): string {
  return text
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .trim()
    .replace(/^wc-/, "")
    .replaceAll(/[\s_-]+/g, " ");
}

/** What the words mean that are the same everywhere, by {@link statusKey}. */
export const TRANSLATED_STATUSES: ReadonlyMap<string, SourceStatus> = new Map(
  (Object.entries(TRANSLATIONS) as [SourceStatus, readonly string[]][]).flatMap(([status, words]) =>
    words.flatMap((line) => line.split(", ")).map((word) => [statusKey(word), status] as const),
  ),
);
