import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import styles from './waiting-card.module.css';

interface WaitingCardProps {
  readonly network: string;
  readonly onShowCard: () => void;
}

/** No controller has this laptop's key yet: the join card is still needed. */
export function WaitingCard({ network, onShowCard }: WaitingCardProps) {
  return (
    <Card>
      <p className={styles.title}>Send back the join card</p>
      <p className={styles.body}>
        Send the join card to the admin of {network}. The connection starts automatically as soon as they have
        added it.
      </p>
      <Button onPress={onShowCard}>Show the join card</Button>
    </Card>
  );
}
