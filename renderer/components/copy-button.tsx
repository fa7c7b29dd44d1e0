import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useActions } from '../state/use-window-state.ts';
import styles from './copy-button.module.css';

const shownForMs = 1_600;

interface CopyButtonProps {
  readonly text: string;
  /** What is copied, in words: `the address of nas`. */
  readonly what: string;
}

/** Copies a text and confirms it briefly. */
export function CopyButton({ text, what }: CopyButtonProps) {
  const actions = useActions();
  const [isDone, setDone] = useState(false);
  useEffect(() => {
    if (!isDone) return;
    const timer = setTimeout(() => setDone(false), shownForMs);
    return () => clearTimeout(timer);
  }, [isDone]);
  const copy = async () => setDone(await actions.do('copyText', { text }));
  return (
    <button
      type="button"
      className={styles.copy}
      onClick={() => void copy()}
      aria-label={isDone ? `Copied ${what}` : `Copy ${what}`}
      title={isDone ? 'Copied' : `Copy ${what}`}
    >
      {isDone ? <Check size={14} aria-hidden="true" /> : <Copy size={14} aria-hidden="true" />}
    </button>
  );
}
