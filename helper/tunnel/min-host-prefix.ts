/**
 * The host's routes that are shorter than this are no networks but ways to everywhere: the default route, its halves
 * (OpenVPN), 2000::/3, all of fc00::/7.
 */
export const minHostPrefix = { 4: 8, 6: 32 } as const;
