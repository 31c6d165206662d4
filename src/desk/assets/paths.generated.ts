/** Where the desk's files are, by name; made by `npm run desk`. */
export const ASSET_PATHS: Readonly<Record<string, string>> = {
  "desk.css": "/admin/assets/desk-b4fc095727ba.css",
  "definition.js": "/admin/assets/definition-e862b971c15d.js",
  "desk.js": "/admin/assets/desk-fbe7676b6651.js",
  "heat.js": "/admin/assets/heat-36c1152e004c.js",
  "lists.js": "/admin/assets/lists-284d8ea951bf.js",
  "when.js": "/admin/assets/when-cf353244a25d.js",
};
