import type { Host } from '../../lab/host.ts';

/**
 * The default rules of ufw on a desktop, in its own tables and chains (its before.rules, shortened to what matters
 * here): packets that connection tracking matches to a sent packet are accepted; everything else is dropped. The
 * counter shows dropped answers to probes.
 */
const ruleset = ['ip', 'ip6']
  .map((family) => {
    const icmp = family === 'ip' ? 'meta l4proto icmp accept' : 'meta l4proto ipv6-icmp accept';
    const [client, server] = family === 'ip' ? [68, 67] : [546, 547];
    return `table ${family} filter {
      chain INPUT { type filter hook input priority filter; policy drop;
        jump ufw${family === 'ip' ? '' : '6'}-before-input
        udp sport 51820 udp dport 61440-61951 counter
      }
      chain ufw${family === 'ip' ? '' : '6'}-before-input {
        iif lo accept
        ct state related,established accept
        ct state invalid drop
        ${icmp}
        udp sport ${server} udp dport ${client} accept
        udp dport 5353 accept
      }
    }`;
  })
  .join('\n');

export class StatefulFirewall {
  readonly #host: Host;

  private constructor(host: Host) {
    this.#host = host;
  }

  static async load(host: Host): Promise<StatefulFirewall> {
    await host.run(['nft', '-f', '-'], { input: ruleset });
    return new StatefulFirewall(host);
  }

  /** The number of answers to probes that connection tracking did not match, so far. */
  async droppedAnswers(): Promise<number> {
    const chains = await Promise.all(
      ['ip', 'ip6'].map((family) => this.#host.run(['nft', 'list', 'chain', family, 'filter', 'INPUT'])),
    );
    const counts = chains.map((text) => Number(/counter packets (\d+)/.exec(text)?.[1]));
    return counts.reduce((sum, count) => sum + count, 0);
  }
}
