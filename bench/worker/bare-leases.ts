interface BenchEnv {
  DB: D1Database;
}

/** The least that a lease can be: a row, unless somebody else has the number. */
export default {
  async fetch(request: Request, env: BenchEnv): Promise<Response> {
    const { visitor, number } = await request.json<{ visitor: string; number: number }>();
    const now = Date.now();
    await env.DB.prepare(
      `INSERT INTO bare_leases (number, visitor, until) SELECT ?1, ?2, ?3 + 2100000
       WHERE NOT EXISTS (SELECT 1 FROM bare_leases WHERE number = ?1 AND until > ?3)`,
    )
      .bind(number, visitor, now)
      .run();
    return Response.json({ number });
  },
};
