/**
 * Host routes with shorter prefixes do not count as networks but as default routes: the default route itself, its
 * halves (OpenVPN), 2000::/3, all of fc00::/7.
 */
export const minHostPrefix = { 4: 8, 6: 32 } as const;
