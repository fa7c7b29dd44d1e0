import type { ReactNode } from 'react';
import styles from './screen.module.css';

interface ScreenProps {
  readonly title: ReactNode;
  /** Small, at the right. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A screen: its title, and below it one column that scrolls. */
export function Screen({ title, aside, children }: ScreenProps) {
  return (
    <main className={styles.screen}>
      <header className={styles.head}>
        <h1>{title}</h1>
        <span className={styles.aside}>{aside}</span>
      </header>
      <div className={styles.column}>{children}</div>
    </main>
  );
}
