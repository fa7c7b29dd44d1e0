import type { ShownPath } from '../../shared/contract/path.ts';
import { pathLabel } from '../../shared/text/path-words.ts';
import styles from './path-tag.module.css';

/** A path's colour is always beside its word. */
export function PathTag({ path }: { readonly path: ShownPath }) {
  return <span className={`${styles.tag} ${styles[path]}`}>{pathLabel[path]}</span>;
}

export function PathDot({ path }: { readonly path: ShownPath }) {
  return <span className={`${styles.dot} ${styles[`${path}Dot`]}`} aria-hidden="true" />;
}
