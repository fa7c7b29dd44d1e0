import { planAddresses } from '../../shared/addresses/plan.ts';
import { memberOf } from '../../shared/authoring/change-member.ts';
import type { CliIo } from '../io.ts';
import { networkFilePath, readNetwork, warnOfEdit } from '../network-files.ts';
import { memberText, networkText } from '../text/network-text.ts';
import type { ListOptions } from './network-options.ts';

/** `homing network list`. */
export async function listNetwork(io: CliIo, options: ListOptions): Promise<void> {
  const path = await networkFilePath(options.file);
  const file = await readNetwork(io, path);
  if (options.json) io.stdout.write(`${JSON.stringify(file, null, 2)}\n`);
  else io.stdout.write(networkText(file));
  warnOfEdit(io, path, file);
}

/** `homing network show NAME`. @throws HomingError `unknown-member` */
export async function showMember(io: CliIo, name: string, options: ListOptions): Promise<void> {
  const path = await networkFilePath(options.file);
  const file = await readNetwork(io, path);
  const member = memberOf(file, name);
  if (options.json) {
    const addresses =
      member.kind === 'controller'
        ? [planAddresses(file.name, name).controllerAddress]
        : file.controllers.map((controller) => planAddresses(file.name, controller.name, name).peerAddress);
    io.stdout.write(`${JSON.stringify({ ...member, addresses }, null, 2)}\n`);
  } else io.stdout.write(memberText(file, member));
  warnOfEdit(io, path, file);
}
