import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildExecutable } from '../../build-executable.ts';
import { nodeFromNpm } from '../node-package.ts';
import { goFromDebian } from './debian-go.ts';
import { type MachO, type Processor, parseMachO } from './mach-o.ts';
import { nodePackages } from './node-packages.ts';
import { buildWireguardGo, versionInSource } from './wireguard-go.ts';

/**
 * `npm run package -- mac-programs`: the programs of the macOS package, made on Debian for both processors. wireguard-go
 * is the one that is released, with its licence. The helper shows that its parts fit together: it is not signed, and an
 * Apple processor runs only signed programs; the released helper is made on a Mac.
 */

const root = fileURLToPath(new URL('../../..', import.meta.url));
const cache = join(root, '.cache/mac');
const processors: readonly Processor[] = ['arm64', 'x64'];

/** @throws Error with a sentence if a program is not what it should be */
export function requireMachO(path: string, processor: Processor): MachO {
  const found = parseMachO(readFileSync(path));
  if (found.processor !== processor) throw new Error(`${path} is for ${found.processor}, not ${processor}.`);
  return found;
}

/**
 * @param folder where `wireguard-go` and its licence are put
 * @throws Error if the result is not wireguard-go for this processor
 */
export function makeWireguardGo(processor: Processor, folder: string): string {
  const go = goFromDebian(join(cache, 'go-1.23-wireguard-go-0.0.20231211'));
  const program = join(folder, 'wireguard-go');
  buildWireguardGo(go, processor, program);
  copyFileSync(join(go.wireguard, 'LICENSE'), join(folder, 'wireguard-go.LICENSE'));
  requireMachO(program, processor);
  const version = versionInSource(go);
  if (!readFileSync(program).includes(version)) throw new Error(`${program} is not version ${version}.`);
  return program;
}

/**
 * @param folder where `homing-helper` is put, beside the wireguard-go that it includes
 * @throws Error if the result is not a helper for this processor with its bundle inside
 */
export async function makeHelper(processor: Processor, folder: string): Promise<string> {
  const ofPackage = (name: keyof typeof nodePackages) =>
    nodeFromNpm(nodePackages[name], join(cache, nodePackages[name].name));
  const program = await buildExecutable({
    outDirectory: join(folder, 'helper'),
    wireguardFrom: folder,
    target: { platform: 'darwin', node: ofPackage(processor), blobMaker: ofPackage('thisMachine') },
  });
  const { segments } = requireMachO(program, processor);
  const blob = segments
    .find(({ name }) => name === 'NODE_SEA')
    ?.sections.find(({ name }) => name === '__NODE_SEA_BLOB');
  if (blob === undefined) throw new Error(`${program} has no bundle inside.`);
  return program;
}

if (import.meta.main) {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { 'wireguard-only': { type: 'boolean', default: false } },
  });
  const [out = join(root, 'dist/mac-programs')] = positionals;
  for (const processor of processors) {
    const folder = join(out, processor);
    process.stdout.write(`${makeWireguardGo(processor, folder)}\n`);
    if (!values['wireguard-only']) process.stdout.write(`${await makeHelper(processor, folder)}\n`);
  }
}
