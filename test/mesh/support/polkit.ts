import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../../lab/host.ts';

/** The system bus and polkit of a host, which decide who may become root by pkexec. */

const anyProgram = 'org.freedesktop.policykit.exec';
const rulePath = '/etc/polkit-1/rules.d/10-lab.rules';
/** polkitd watches the folder and reloads its rules. */
const reloadMs = 500;

/** The system bus, with the policies of the machine's packages. */
export async function startSystemBus(host: Host): Promise<void> {
  await host.run(['/bin/mkdir', '-p', '/run/dbus']);
  const bus = await host.spawn([
    '/usr/bin/dbus-daemon',
    '--system',
    '--nofork',
    '--nopidfile',
    '--print-address=1',
  ]);
  await bus.stdout.waitFor(/^unix:/, 10_000);
}

/** Starts both. No agent can ask for a password: users without a matching rule are refused. */
export async function startPolkit(host: Host): Promise<void> {
  await startSystemBus(host);
  await startPolkitOnBus(host);
}

/** As {@link startPolkit}, where a system bus runs already. */
export async function startPolkitOnBus(host: Host): Promise<void> {
  await host.spawn(['/usr/lib/polkit-1/polkitd', '--no-debug']);
  await host.run(['/usr/bin/gdbus', 'wait', '--system', '--timeout', '10', 'org.freedesktop.PolicyKit1']);
}

/** Answers for an action of a user as an administrator would: the right password, or a closed dialog. */
export async function decide(host: Host, action: string, user: string, answer: 'YES' | 'NO'): Promise<void> {
  const isIt = `action.id === '${action}' && subject.user === '${user}'`;
  const text = `polkit.addRule(function (action, subject) {\n  if (${isIt}) return polkit.Result.${answer};\n});\n`;
  await host.writeFile(rulePath, text, 0o644);
  await sleep(reloadMs);
}

export async function forgetDecisions(host: Host): Promise<void> {
  await host.run(['/bin/rm', rulePath]);
  await sleep(reloadMs);
}

/** Lets a user become root by pkexec, as an administrator's password would. */
export function allowUser(host: Host, user: string): Promise<void> {
  return decide(host, anyProgram, user, 'YES');
}
