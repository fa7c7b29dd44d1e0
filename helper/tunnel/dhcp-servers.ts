/**
 * Where DHCP clients may send under the kill switch: everywhere but the internet. A lease from a server with a public address is
 * renewed by broadcast, once it is due for rebinding (RFC 2131 section 4.4.5).
 */
export const dhcpServers4 = [
  '255.255.255.255',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
] as const;

/** All_DHCP_Relay_Agents_and_Servers, and a server on the link (RFC 8415 sections 7.1 and 18.2.10). */
export const dhcpServers6 = ['ff02::1:2', 'fe80::/10'] as const;
