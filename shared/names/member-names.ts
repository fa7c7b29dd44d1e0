import { memberHostName } from './member-name.ts';

/** A machine with all its names. */
interface NamedMachine {
  readonly name: string;
  readonly aliases?: readonly string[] | undefined;
}

/** The first host name that two machines share. Names are case-insensitive, and an alias counts as a name. */
export function repeatedHostName(
  machines: readonly NamedMachine[],
): { readonly hostName: string; readonly owners: readonly [string, string] } | undefined {
  const owners = new Map<string, string>();
  for (const machine of machines) {
    for (const name of [machine.name, ...(machine.aliases ?? [])]) {
      const hostName = memberHostName(name);
      const before = owners.get(hostName);
      if (before !== undefined) return { hostName, owners: [before, machine.name] };
      owners.set(hostName, machine.name);
    }
  }
  return undefined;
}
