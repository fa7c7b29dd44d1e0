import { expect, test } from 'vitest';
import { noWireguardGo, wireguardGoFailed } from '../../../../../helper/tunnel/macos/problems.ts';

/** The .dmg includes wireguard-go: nobody has to find and install a program. */
test('the next step after a missing wireguard-go is to install the helper again, from the app', () => {
  expect(noWireguardGo().problem.remedy).toMatch(/comes with the app.*“Remove it”.*“Set up Homing”/);
});

test('the next step after a broken wireguard-go depends on whose it is', () => {
  const ours = wireguardGoFailed('/Library/PrivilegedHelperTools/homing-programs/wireguard-go', 'x');
  expect(ours.problem.remedy).toMatch(/^Nothing was left behind\. Install the helper again/);
  const another = wireguardGoFailed('/opt/homebrew/bin/wireguard-go', 'x');
  expect(another.problem.remedy).toContain('`sudo /opt/homebrew/bin/wireguard-go --version`');
  expect(another.problem.remedy).toContain('update this program or remove it');
});
