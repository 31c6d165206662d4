/** The version of this release, as the API reference and the desk state it. */
export const VERSION = "0.1.0";
