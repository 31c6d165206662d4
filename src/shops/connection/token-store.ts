import { errorText } from "../../ground/error-text.ts";
import type { KeepToken } from "../client/http-send.ts";
import { sealToken } from "./seal.ts";

/**
 * Keeps tokens of a connection for the isolates to come, sealed, beside the secrets that they were got with
 * (`secretsSealed`): a connection that was made anew or ended meanwhile keeps none. Of two that are got at once the one
 * that lives longer stays; both are good. What can't be kept is got again another time.
 */
export function keepTokenOf(env: Env, storeId: string, secretsSealed: string | null): KeepToken {
  return async (value, expiresAt, before) => {
    const random = (bytes: Uint8Array): void => void crypto.getRandomValues(bytes);
    try {
      const sealed = await sealToken(env.VISITOR_KEY, random, storeId, value);
      await env.DB.prepare(
        `UPDATE shop_connections SET token_sealed = ?2, token_expires_at = ?3
         WHERE store_id = ?1 AND secrets_sealed = ?4
           AND (token_expires_at IS NULL OR token_expires_at < ?3 OR token_expires_at = ?5)`,
      )
        .bind(storeId, sealed, expiresAt, secretsSealed, before?.expiresAt ?? null)
        .run();
    } catch (error) {
      console.warn(JSON.stringify({ event: "shop_token_not_kept", storeId, message: errorText(error) }));
    }
  };
}
