/** What stands on every page of a shop: collects calls, and loads the store's script from `host`. */
export function snippetOf(origin: string, key: string): string {
  return `<script>window.wm=window.wm||function(){(wm.q=wm.q||[]).push(arguments)}</script>
<script async src="${origin}/t/ast.js?s=${encodeURIComponent(key)}"></script>`;
}

/** What stands on the page that thanks for an order, with example values in the store's currency. */
export function orderCallOf(currency: string): string {
  return `<script>
  wm("order", {
    orderId: "1001",
    amount: "59.90",
    currency: "${currency}",
    codes: ["LEA10"],
    customerId: "4711",
  });
</script>`;
}

/** How the shop's server confirms an order, for a shell. The secret is the store's own. */
export function serverCallOf(origin: string, key: string, currency: string): string {
  return `curl "${origin}/t/orders" \\
  -H "Authorization: Bearer ${key}.$STORE_SECRET" \\
  -H "Content-Type: application/json" \\
  -d '{"orderId":"1001","amount":"59.90","currency":"${currency}","status":"paid","clickId":"…"}'`;
}
