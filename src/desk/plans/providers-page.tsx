import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import { deskOf } from "../frame/desk-load.ts";
import { Card } from "../frame/parts.tsx";
import { answerPage } from "../frame/shell-page.tsx";
import { ProviderTable } from "./provider.tsx";
import { readProviders } from "./provider-load.ts";

/** Answers what each platform can do, and what a plan may ask of it. */
export async function providersPage(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["plans:read"]);
  const providers = await readProviders(desk);
  return answerPage(
    c,
    { title: "What each platform can do", trail: [{ name: "Plans", path: "/admin/plans" }] },
    <>
      <p class="note">
        A plan may ask for what its store’s platform can do; anything else is refused, with the way round.
      </p>
      {providers.map((provider) => (
        <Card title={provider.name} id={provider.id}>
          <ProviderTable provider={provider} />
        </Card>
      ))}
    </>,
  );
}
