import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { removeAtomic, writeAtomically } from '../../client/profiles/atomic-file.ts';
import { codeOf } from '../../shared/errors/code-of.ts';
import { polkitPolicyFile } from '../../shared/install/places.ts';

interface Action {
  readonly id: string;
  readonly description: string;
  /** polkit replaces $(command_line). */
  readonly message: string;
  readonly command: string;
}

const actions: readonly Action[] = [
  {
    id: 'org.homing.allow-network',
    description: 'Allow a new network for Homing',
    message: 'Homing is to connect to a new network. Compare its six words: $(command_line)',
    command: 'allow',
  },
  {
    id: 'org.homing.replace-helper',
    description: 'Update the helper of Homing',
    message:
      'Homing is to update its helper. The installed helper checks the signature of the release first; its user and settings stay.',
    command: 'replace',
  },
  {
    id: 'org.homing.approval-on',
    description: 'Ask an administrator about each new network of Homing',
    message: 'From now on an administrator must allow each new network of Homing.',
    command: 'approval-on',
  },
  {
    id: 'org.homing.approval-off',
    description: 'Let the user connect any network with Homing',
    message:
      'Homing is to stop asking an administrator: from now on every program of its user can connect any network.',
    command: 'approval-off',
  },
];

function actionText({ id, description, message, command }: Action, program: string): string {
  return `  <action id="${id}">
    <description>${description}</description>
    <message>${message}</message>
    <defaults>
      <allow_any>auth_admin</allow_any>
      <allow_inactive>auth_admin</allow_inactive>
      <allow_active>auth_admin</allow_active>
    </defaults>
    <annotate key="org.freedesktop.policykit.exec.path">${program}</annotate>
    <annotate key="org.freedesktop.policykit.exec.argv1">${command}</annotate>
  </action>
`;
}

/**
 * The polkit actions of the helper's commands: pkexec(1) finds them by the program and its first argument, and the password dialog
 * then says what it is for. `auth_admin` without `_keep`: each is a decision of its own.
 * @param program the installed helper, absolute
 */
export function polkitPolicy(program: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE policyconfig PUBLIC "-//freedesktop//DTD polkit Policy Configuration 1.0//EN"
  "http://www.freedesktop.org/software/polkit/policyconfig-1.dtd">
<policyconfig>
  <vendor>Homing</vendor>
${actions.map((action) => actionText(action, program)).join('')}</policyconfig>
`;
}

/** Without polkit, or where /usr cannot be written, pkexec asks its general question, which shows the program. */
export async function writePolkitPolicy(program: string): Promise<void> {
  try {
    await access(dirname(polkitPolicyFile));
    await writeAtomically(polkitPolicyFile, polkitPolicy(program), 0o644);
  } catch (error) {
    const code = codeOf(error);
    if (!['ENOENT', 'EROFS'].includes(String(code))) throw error;
  }
}

export async function removePolkitPolicy(): Promise<void> {
  await removeAtomic(polkitPolicyFile);
}
