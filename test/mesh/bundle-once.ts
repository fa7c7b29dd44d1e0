import { bundlePrograms } from '../../scripts/bundle.ts';

/** The programs under test are the bundles that people install, built once for all files. */
export default async function bundleOnce(): Promise<void> {
  await bundlePrograms(new URL('../../dist', import.meta.url).pathname);
}
