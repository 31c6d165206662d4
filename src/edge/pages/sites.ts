/** Where Global Privacy Control is explained. */
export const GPC = "https://globalprivacycontrol.org/";
