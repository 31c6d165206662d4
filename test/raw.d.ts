/** A file as text, by Vite. */
declare module "*?raw" {
  const text: string;
  export default text;
}

/** Files by a pattern, by Vite. */
interface ImportMeta {
  glob: {
    <Content>(pattern: string, options: { query?: string; import: "default"; eager: true }): Record<string, Content>;
    /** Modules, loaded. */
    <Module>(pattern: string, options: { eager: true }): Record<string, Module>;
    /** Each is loaded when it is called. */
    (patterns: readonly string[]): Record<string, () => Promise<unknown>>;
  };
}
