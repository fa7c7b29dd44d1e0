import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './notice.module.css';

interface NoticeProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly onDismiss?: () => void;
  /** `trouble` is announced by screen readers at once; `hint` is not. */
  readonly tone?: 'trouble' | 'hint';
}

export function Notice({ title, children, onDismiss, tone = 'trouble' }: NoticeProps) {
  return (
    <div className={`${styles.notice} ${styles[tone]}`} role={tone === 'trouble' ? 'alert' : 'note'}>
      <div className={styles.head}>
        <strong>{title}</strong>
        {onDismiss && (
          <button type="button" className={styles.dismiss} onClick={onDismiss} aria-label="Dismiss">
            <X size={15} aria-hidden="true" />
          </button>
        )}
      </div>
      <div className={styles.body}>{children}</div>
    </div>
  );
}
