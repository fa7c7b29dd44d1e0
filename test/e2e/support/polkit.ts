import type { Host } from '../../lab/host.ts';

/** The system bus and polkit of a host, which decide who may become root by pkexec. */

const rule = (user: string) => `polkit.addRule(function (action, subject) {
  if (action.id === 'org.freedesktop.policykit.exec' && subject.user === '${user}') return polkit.Result.YES;
});
`;
const rulePath = '/etc/polkit-1/rules.d/10-e2e.rules';

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
  await host.spawn(['/usr/lib/polkit-1/polkitd', '--no-debug']);
  await host.run(['/usr/bin/gdbus', 'wait', '--system', '--timeout', '10', 'org.freedesktop.PolicyKit1']);
}

/** Lets a user become root by pkexec, as an administrator's password would. */
export async function allowUser(host: Host, user: string): Promise<void> {
  await host.writeFile(rulePath, rule(user), 0o644);
  // polkitd watches the folder and reloads its rules.
  await new Promise((resolve) => setTimeout(resolve, 500));
}
