import { useState } from 'react';
import type { Review } from '../../../shared/contract/app-state.ts';
import { Button } from '../../components/button.tsx';
import { Card, Section } from '../../components/card.tsx';
import { useActions } from '../../state/use-window-state.ts';
import styles from './review-names.module.css';

type ReadyReview = Extract<Review, { state: 'ready' }>;

/** More controllers than this are renamed on the command line. */
const shownControllers = 12;

/** The names from a WireGuard file on this laptop: only this laptop uses them, so the user may choose. */
export function ReviewNames({ review }: { readonly review: ReadyReview }) {
  const actions = useActions();
  const before = review.controllers.map(({ name }) => name);
  const [network, setNetwork] = useState(review.network);
  const [names, setNames] = useState<readonly string[]>(before);
  const isChanged = network !== review.network || names.some((name, i) => name !== before[i]);
  const save = () =>
    void actions.do('renameReview', { reviewId: review.id, network, controllers: [...names] });
  return (
    <Section title="Names on this laptop">
      <Card>
        <form
          className={styles.names}
          onSubmit={(event) => {
            event.preventDefault();
            save();
          }}
        >
          <NameField label="Network" value={network} onChange={setNetwork} />
          {review.controllers.slice(0, shownControllers).map((controller, at) => (
            <NameField
              key={[...controller.public, ...controller.private].join(' ')}
              label={controller.description ?? controller.public[0] ?? 'Controller'}
              value={names[at] ?? ''}
              onChange={(name) => setNames(names.map((other, i) => (i === at ? name : other)))}
            />
          ))}
          {isChanged && <Button onPress={save}>Use these names</Button>}
        </form>
      </Card>
    </Section>
  );
}

interface NameFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function NameField({ label, value, onChange }: NameFieldProps) {
  return (
    <label className={styles.field}>
      <span>{label}</span>
      <input
        value={value}
        maxLength={63}
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
