import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeAtomically } from '../../client/profiles/atomic-file.ts';
import { signedInviteFor } from '../../shared/authoring/invite-for.ts';
import { isEditedByHand, withEditAccepted } from '../../shared/authoring/network-file.ts';
import { planController, type RenderedFile } from '../../shared/authoring/render/controller-plan.ts';
import { renderController } from '../../shared/authoring/render/format.ts';
import { HomingError, shown } from '../../shared/errors/problem.ts';
import { fingerprintOf } from '../../shared/invite/fingerprint.ts';
import { inviteFile, inviteLink } from '../../shared/invite/link.ts';
import type { CliIo } from '../io.ts';
import { changeNetwork, networkFilePath, readNetwork, readSigningKey, warnOfEdit } from '../network-files.ts';
import type { InviteOptions, RenderOptions } from './network-options.ts';

const secondsOfUnit: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 604_800 };

/** `30d` in seconds. @throws HomingError `bad-time` */
export function secondsOf(text: string): number {
  const match = /^([1-9]\d{0,4})([mhdw])$/.exec(text);
  const seconds = Number(match?.[1]) * (secondsOfUnit[match?.[2] ?? ''] ?? Number.NaN);
  if (seconds > 0) return seconds;
  throw new HomingError({
    code: 'bad-time',
    title: 'A time cannot be used',
    cause: `--expires-in is ${shown(text)}.`,
    remedy: 'Write it like 45m, 12h, 30d or 2w.',
  });
}

/** `homing network invite`. */
export async function printInvite(io: CliIo, peer: string, options: InviteOptions): Promise<void> {
  const path = await networkFilePath(options.file);
  const found = await readNetwork(io, path);
  // Every laptop would refuse a new content under a serial that it has.
  const file = isEditedByHand(found) ? (await changeNetwork(io, path, withEditAccepted)).after : found;
  const lifetime = options.expiresIn === undefined ? undefined : secondsOf(options.expiresIn);
  const issuedAt = Math.floor(io.now() / 1000);
  const jws = signedInviteFor(file, peer, await readSigningKey(path, file), {
    issuedAt,
    expiresAt: lifetime === undefined ? undefined : issuedAt + lifetime,
  });
  if (options.out !== undefined) {
    await writeAtomically(options.out, inviteFile(jws), 0o600);
    const words = fingerprintOf(file.publicKey).words.join(' ');
    io.stdout.write(
      `Wrote ${options.out}. Send it privately: whoever has it can join as "${peer}".\nOn "${peer}":\n  homing import ${basename(options.out)}\nIt will show: ${words}\n`,
    );
  }
  if (options.qr) {
    // The QR encoder takes 30 ms of processor time to load.
    const { qrText } = await import('../text/qr-text.ts');
    io.stdout.write(`${await qrText(inviteLink(jws))}\n`);
  }
  if (options.link) io.stdout.write(`${inviteLink(jws)}\n`);
  else if (!options.qr && options.out === undefined) io.stdout.write(inviteFile(jws));
}

/** `homing network render`. */
export async function printConfiguration(io: CliIo, options: RenderOptions): Promise<void> {
  const path = await networkFilePath(options.file);
  const file = await readNetwork(io, path);
  const key = file.presharedKeys ? await readSigningKey(path, file) : undefined;
  const files = renderController(planController(file, options.controller, key), options.format);
  warnOfEdit(io, path, file);
  if (options.out === undefined) {
    io.stdout.write(printed(files));
    return;
  }
  for (const { target, rendered } of await targetsOf(options.out, files)) {
    await writeAtomically(target, rendered.text, rendered.secret ? 0o600 : 0o644);
    io.stdout.write(`Wrote ${target}; it belongs at ${rendered.path} on "${options.controller}".\n`);
  }
}

function printed(files: readonly RenderedFile[]): string {
  if (files.length === 1) return files.map(({ text }) => text).join('');
  return files.map(({ path, text }) => `# ==> ${path}\n${text}`).join('\n');
}

async function targetsOf(out: string, files: readonly RenderedFile[]) {
  const isDirectory = await stat(out).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isDirectory && files.length > 1) {
    throw new HomingError({
      code: 'not-a-directory',
      title: 'This configuration is more than one file',
      cause: `--out is ${shown(out)}, which is not a directory.`,
      remedy: `Run: mkdir -p ${out}`,
    });
  }
  return files.map((rendered) => ({
    rendered,
    target: isDirectory ? join(out, basename(rendered.path)) : out,
  }));
}
