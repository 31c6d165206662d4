import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "sqlite",
  schema: "./src/ground/db/schema/*.ts",
  out: "./migrations",
});
