import type { ReactNode } from 'react';
import styles from './facts.module.css';

/** A list of names and values, one per line. */
export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className={styles.facts}>{children}</dl>;
}

interface FactProps {
  readonly name: string;
  readonly children: ReactNode;
  /** Addresses, keys: monospaced. */
  readonly isCode?: boolean;
}

export function Fact({ name, children, isCode = false }: FactProps) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd className={isCode ? styles.code : ''}>{children}</dd>
    </div>
  );
}
