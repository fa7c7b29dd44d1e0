import type { ReactNode } from 'react';
import styles from './button.module.css';

interface ButtonProps {
  readonly children: ReactNode;
  readonly onPress: () => void;
  /** `main`: the action of a screen; `plain`: beside it; `small`: inside a card; `danger`: deletes something. */
  readonly look?: 'main' | 'plain' | 'small' | 'danger';
  readonly isDisabled?: boolean;
  /** When the visible words are not specific enough. */
  readonly label?: string;
}

export function Button({ children, onPress, look = 'small', isDisabled = false, label }: ButtonProps) {
  return (
    <button
      type="button"
      className={`${styles.button} ${styles[look]}`}
      onClick={onPress}
      disabled={isDisabled}
      aria-label={label}
    >
      {children}
    </button>
  );
}
