import { type ReactNode, useEffect, useId, useRef } from 'react';
import { Button } from './button.tsx';
import styles from './question.module.css';

interface Answer {
  readonly words: string;
  readonly look: 'main' | 'danger' | 'plain';
  readonly onChoose: () => void;
}

interface QuestionProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly answers: readonly Answer[];
  /** Escape, and the button to go back. */
  readonly onCancel: () => void;
}

/** Asks before an action that cannot be undone. The page behind it is inert. */
export function Question({ title, children, answers, onCancel }: QuestionProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={styles.question}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onCancel();
      }}
    >
      <h2 id={id} className={styles.title}>
        {title}
      </h2>
      <div className={styles.body}>{children}</div>
      <div className={styles.answers}>
        {answers.map(({ words, look, onChoose }) => (
          <Button key={words} look={look} onPress={onChoose}>
            {words}
          </Button>
        ))}
        <Button look="plain" onPress={onCancel}>
          Cancel
        </Button>
      </div>
    </dialog>
  );
}
