import { createHash, sign } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { refuseOlderRelease, refuseOtherHelper, verifyRelease } from '../../client/release/verify-release.ts';
import { withCheckedReplacement } from '../../helper/install/replace.ts';
import { publicKeyText, signRelease } from '../../scripts/release/sign.ts';
import { isOlder, releaseLimitBytes, type SignedRelease, signedBytes } from '../../shared/release/release.ts';
import { testReleaseKey } from '../support/release-key.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import { mutateBytes, mutatedJson, mutateText, oneOf } from './mutations.ts';
import { must, type Outcome, type Surface, takenOrRefused } from './surface.ts';

/** Signed releases, as the app checks a download and the installed helper its replacement. */

const current = '1.4.0';
const key = publicKeyText(testReleaseKey);
const program = Buffer.from('#!/bin/false\nthe program of a release\n');
const sha512 = createHash('sha512').update(program).digest('hex');
const machine = {
  system: process.platform === 'darwin' ? ('darwin' as const) : ('linux' as const),
  processor: process.arch === 'arm64' ? ('arm64' as const) : ('x64' as const),
};
const release = {
  form: 1 as const,
  version: '1.5.0',
  files: [{ name: 'Homing-1.5.0.AppImage', kind: 'AppImage' as const, ...machine, sha512 }],
  helpers: [{ ...machine, sha512 }],
};
const signed = signRelease(release, testReleaseKey);

/** What somebody on the way can change: the text, the signature, or both. */
function mutated(random: SeededRandom): SignedRelease {
  const which = oneOf(random, ['text', 'signature', 'both', 'none'] as const);
  return {
    text: which === 'text' || which === 'both' ? mutateText(random, signed.text) : signed.text,
    signature:
      which === 'signature' || which === 'both' ? mutateText(random, signed.signature) : signed.signature,
  };
}

function signatureOfOthers(random: SeededRandom): Outcome {
  const given = mutated(random);
  return takenOrRefused(() => {
    const verified = verifyRelease(given, key);
    must(given.text === signed.text, 'a text that nobody signed was accepted');
    must(isDeepStrictEqual(verified, release), 'another release was read from the signed text');
  });
}

/** Whoever signs is trusted with the programs, and still cannot install an older one or break the reader. */
function signedFields(random: SeededRandom): Outcome {
  const value = mutatedJson(random, {
    ...release,
    version: oneOf(random, ['1.5.0', '1.4.0', '1.3.9', '0.9.9']),
  });
  const json = JSON.stringify(value) ?? '';
  const text = random.next() < 0.7 ? json : mutateText(random, json);
  const signature = sign(null, signedBytes(text), testReleaseKey).toString('base64url');
  return takenOrRefused(() => {
    const verified = verifyRelease({ text, signature }, key);
    must(text.length <= releaseLimitBytes, `a description of ${text.length} characters`);
    refuseOlderRelease(verified, current);
    must(!isOlder(verified.version, current), `version ${verified.version} after ${current}`);
    refuseOtherHelper(verified, { ...machine, sha512 });
  });
}

/** The files that the user gives to the installed helper, which runs as root. */
function replacement(): Surface {
  const folder = mkdtempSync(join(tmpdir(), 'homing-fuzz-release-'));
  const parent = mkdtempSync(join(tmpdir(), 'homing-fuzz-parent-'));
  const files = {
    program: join(folder, 'homing-helper'),
    releaseFile: join(folder, 'release.json'),
    signatureFile: join(folder, 'release.json.sig'),
  };
  return {
    name: 'replacement of the helper',
    everyRounds: 10,
    tryOne: async (random) => {
      const given = mutated(random);
      writeFileSync(files.program, random.next() < 0.5 ? program : mutateBytes(random, program));
      writeFileSync(files.releaseFile, given.text);
      writeFileSync(files.signatureFile, given.signature);
      const used: Buffer[] = [];
      const failure: unknown = await withCheckedReplacement(
        { ...files, key, current, parent },
        async (copy) => {
          used.push(readFileSync(copy));
        },
      ).then(
        () => undefined,
        (error: unknown) => error,
      );
      must(readdirSync(parent).length === 0, 'a copy is left');
      must(
        used.every((bytes) => bytes.equals(program)),
        'a program that no release names would have run as root',
      );
      must((failure === undefined) === (used.length === 1), 'it was neither used nor refused');
      return takenOrRefused(() => {
        if (failure !== undefined) throw failure;
      });
    },
    close: () => {
      for (const path of [folder, parent]) rmSync(path, { recursive: true, force: true });
    },
  };
}

export function releaseSurfaces(): Surface[] {
  return [
    { name: 'signature of a release', tryOne: signatureOfOthers },
    { name: 'fields of a signed release', tryOne: signedFields },
    replacement(),
  ];
}
