import type { Path } from '../../shared/contract/path.ts';
import styles from './path-tag.module.css';

const words: Readonly<Record<Path, string>> = {
  lan: 'On your LAN',
  internet: 'Over the internet',
  none: 'Can’t reach',
};

/** The colour of a path is never alone: its word is beside it. */
export function PathTag({ path }: { readonly path: Path }) {
  return <span className={`${styles.tag} ${styles[path]}`}>{words[path]}</span>;
}

export function PathDot({ path }: { readonly path: Path }) {
  return <span className={`${styles.dot} ${styles[`${path}Dot`]}`} aria-hidden="true" />;
}
