interface BenchEnv {
  DB: D1Database;
}

/** The least that a durable report can be: a row for each request. */
export default {
  async fetch(request: Request, env: BenchEnv): Promise<Response> {
    const body = await request.text();
    await env.DB.prepare("INSERT INTO bare_events (id, received_at, body) VALUES (?1, ?2, ?3)")
      .bind(crypto.randomUUID(), Date.now(), body)
      .run();
    return Response.json({ accepted: 1 }, { status: 202 });
  },
};
