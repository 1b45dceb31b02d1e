/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [field: string]: Json };
