import type { ReactNode } from 'react';
import styles from './card.module.css';

interface CardProps {
  readonly children: ReactNode;
  readonly tone?: 'plain' | 'trouble';
}

export function Card({ children, tone = 'plain' }: CardProps) {
  return <div className={`${styles.card} ${styles[tone]}`}>{children}</div>;
}

interface SectionProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** A titled group of cards. */
export function Section({ title, children }: SectionProps) {
  return (
    <section aria-label={title} className={styles.section}>
      <h2 className={styles.title}>{title}</h2>
      {children}
    </section>
  );
}
