import type { ReactNode } from 'react';
import styles from './button.module.css';

interface ButtonProps {
  readonly children: ReactNode;
  readonly onPress: () => void;
  /** `main`: the one action of a screen; `plain`: beside it; `small`: inside a card; `danger`: takes something away. */
  readonly look?: 'main' | 'plain' | 'small' | 'danger';
  readonly isDisabled?: boolean;
  /** When the words on it do not say enough by themselves. */
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
