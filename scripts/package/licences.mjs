/** The licences of everything in the bundles, in one text; Electron's and Chromium's are beside its program. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../setup.mjs';

/** Bundled packages that are listed as development dependencies. */
const bundled = [
  '@vscode/sudo-prompt',
  'electron-log',
  'electron-updater',
  'lucide-react',
  'node',
  'radix-ui',
  'react',
  'react-dom',
  'uplot',
];

/** @param {string} folder */
function manifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** Their packages contain no licence text. */
/** @type {Readonly<Record<string, (version: string) => string>>} */
const elsewhere = {
  node: (version) =>
    `Copyright Node.js contributors. MIT; the parts it is made of have licences of their own. All of them:\nhttps://github.com/nodejs/node/blob/v${version}/LICENSE`,
};

/**
 * Where Node finds a package from a folder.
 * @param {string} name
 * @param {string} from
 */
function folderOf(name, from) {
  const top = dirname(join(root, 'package.json'));
  for (let at = from; at !== dirname(top); at = dirname(at)) {
    const folder = join(at, 'node_modules', name);
    if (existsSync(join(folder, 'package.json'))) return folder;
  }
  return undefined;
}

/**
 * @param {readonly string[]} names
 * @param {string} from
 * @param {Set<string>} found
 */
function collect(names, from, found) {
  for (const name of names) {
    const folder = folderOf(name, from);
    if (folder === undefined || found.has(folder)) continue;
    found.add(folder);
    collect(Object.keys(manifest(folder).dependencies ?? {}), folder, found);
  }
}

/** @param {string} folder */
function licenceText(folder) {
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)/i.test(name));
  return file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim();
}

/**
 * Writes the text.
 * @returns how many packages it names
 * @param {string} path
 */
export function writeLicences(path) {
  const found = new Set();
  collect(
    [...Object.keys(manifest(root).dependencies), ...bundled],
    dirname(join(root, 'package.json')),
    found,
  );
  const texts = [...found]
    .map((folder) => ({ ...manifest(folder), text: licenceText(folder) }))
    .sort((a, b) => a.name.localeCompare(b.name))
    .map(({ name, version, license, text }) => {
      const said = text || (elsewhere[name]?.(version) ?? '');
      return `${name} ${version} (${license ?? 'see below'})\n\n${said}\n`;
    });
  writeFileSync(path, texts.join(`\n${'-'.repeat(80)}\n\n`));
  return texts.length;
}
