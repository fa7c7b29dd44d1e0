import { readFileSync } from 'node:fs';
import type { Host } from './host.ts';
import { tool } from './tools.ts';

const program = readFileSync(`${import.meta.dirname}/captive-portal.py`, 'utf8');

/** The name of the sign-in page; the router answers every name with its own address. */
export const portalName = 'login.cafe.example';
export const portalPage = `http://${portalName}/`;
/** A client that requests this page gets access to the internet. */
export const portalAccept = `${portalPage}accept`;

/**
 * Turns a router into a captive portal: a client gets through only after it has requested the page that accepts it, and
 * every HTTP request is redirected to the sign-in page.
 * @param address the router's own address on its LAN
 */
export async function startCaptivePortal(router: Host, address: string): Promise<void> {
  const rules = [
    'table ip portal {',
    '  set guests { type ipv4_addr; }',
    '  chain forward {',
    '    type filter hook forward priority -10',
    '    iifname "lan0" ip saddr != @guests drop',
    '  }',
    '  chain prerouting {',
    '    type nat hook prerouting priority -110',
    '    iifname "lan0" ip saddr != @guests tcp dport 80 redirect to :80',
    '  }',
    '}',
    '',
  ].join('\n');
  await router.run(['nft', '-f', '-'], { input: rules });
  const portal = await router.spawn([tool('python3'), '-c', program, address, portalName]);
  await portal.stdout.waitFor(/^listening/m);
}
