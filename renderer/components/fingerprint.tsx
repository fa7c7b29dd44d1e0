import { useState } from 'react';
import type { ProfileSummary } from '../../shared/contract/app-state.ts';
import styles from './fingerprint.module.css';

interface FingerprintProps {
  readonly fingerprint: NonNullable<ProfileSummary['fingerprint']>;
}

/** The six words of a network's key; the full value is one click away. */
export function FingerprintWords({ fingerprint }: FingerprintProps) {
  const [isFull, setFull] = useState(false);
  return (
    <div className={styles.fingerprint}>
      <p className={isFull ? styles.hex : styles.words}>
        {isFull ? fingerprint.hex : fingerprint.words.join(' ')}
      </p>
      <button type="button" className={styles.other} onClick={() => setFull(!isFull)}>
        {isFull ? 'Show the six words' : 'Show the full fingerprint'}
      </button>
    </div>
  );
}
