import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { removeAtomic, writeAtomically } from '../../client/profiles/atomic-file.ts';
import { codeOf } from '../../shared/errors/code-of.ts';
import { ownUser, polkitAuthorityFile, polkitRulesFile } from '../../shared/install/places.ts';

/**
 * What polkit lets the helper's user do: set the name servers of a link. systemd-resolved looks at no capability of a caller on
 * the message bus, only at root or polkit (org.freedesktop.resolve1(5)).
 */
const actions = ['set-dns-servers', 'set-domains', 'set-default-route', 'revert'].map(
  (name) => `org.freedesktop.resolve1.${name}`,
);

/** For polkit from 0.106 (polkit(8), AUTHORIZATION RULES). */
export const resolverRules = `// Homing's helper sets the name servers of its own link.
polkit.addRule(function (action, subject) {
  if (subject.user === "${ownUser.name}" && ${JSON.stringify(actions)}.indexOf(action.id) >= 0) return polkit.Result.YES;
});
`;

/** For polkit before 0.106, as in Ubuntu 22.04 (pklocalauthority(8)). */
export const resolverAuthority = `[Homing's helper sets the name servers of its own link]
Identity=unix-user:${ownUser.name}
Action=${actions.join(';')}
ResultAny=yes
ResultInactive=yes
ResultActive=yes
`;

/** Each where its polkit is; without polkit, systemd-resolved takes no settings from the helper, which reports that. */
export async function writeResolverRules(): Promise<void> {
  await writeWherePolkitIs(polkitRulesFile, resolverRules);
  await writeWherePolkitIs(polkitAuthorityFile, resolverAuthority);
}

async function writeWherePolkitIs(path: string, text: string): Promise<void> {
  try {
    await access(dirname(path));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  await writeAtomically(path, text, 0o644);
}

export async function removeResolverRules(): Promise<void> {
  await removeAtomic(polkitRulesFile);
  await removeAtomic(polkitAuthorityFile);
}
