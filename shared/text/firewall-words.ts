import type { DroppedAnswers, HostFirewall } from '../contract/status.ts';

/**
 * What a firewall on this laptop does to discovery, and the rule that changes it, as a command of that firewall (ufw(8),
 * firewalld.richlanguage(5), nft(8)). Controllers are found without it, some seconds later.
 */
export function firewallAdvice({ by, from, first, last }: DroppedAnswers): string {
  const rules: Readonly<Record<HostFirewall, string>> = {
    ufw: `sudo ufw allow proto udp from any port ${from} to any port ${first}:${last}`,
    firewalld: `sudo firewall-cmd --permanent --add-port=${first}-${last}/udp && sudo firewall-cmd --reload`,
    nftables: `udp sport ${from} udp dport ${first}-${last} accept, in the chain of your input hook`,
  };
  const name = by === 'nftables' ? 'A firewall' : by;
  return `${name} on this laptop drops answers to broadcasts, so a new LAN is searched machine by machine. To find controllers at once: ${rules[by]}`;
}
