import { expect, test } from 'vitest';
import { firewallAdvice } from '../../../../shared/text/firewall-words.ts';

const ports = { from: 51_820, first: 61_440, last: 61_951 };

test.each([
  ['ufw', /^ufw on this laptop .*: sudo ufw allow proto udp from any port 51820 to any port 61440:61951$/],
  ['firewalld', /^firewalld .* --add-port=61440-61951\/udp && sudo firewall-cmd --reload$/],
  ['nftables', /^A firewall .*: udp sport 51820 udp dport 61440-61951 accept,/],
] as const)('the rule for %s is a line of its own language', (by, line) => {
  expect(firewallAdvice({ by, ...ports })).toMatch(line);
});
