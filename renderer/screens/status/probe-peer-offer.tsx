import { useEffect, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { useActions } from '../../state/use-window-state.ts';
import styles from './probe-peer-offer.module.css';

interface ProbePeerOfferProps {
  readonly profileId: string;
  readonly controller: string;
}

/** The lines that let a controller answer this laptop's probes. */
export function ProbePeerOffer({ profileId, controller }: ProbePeerOfferProps) {
  const actions = useActions();
  const [lines, setLines] = useState<string>();
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    void actions.attempt(async (bridge) =>
      setLines((await bridge.call('probePeer', { profileId, controller })).lines),
    );
  }, [actions, profileId, controller]);
  if (lines === undefined) return null;
  const copy = async () => setCopied(await actions.do('copyProbePeer', { profileId, controller }));
  return (
    <section className={styles.offer}>
      <h3>Faster, verified moves</h3>
      <p>Add these lines to the WireGuard configuration of {controller}:</p>
      <pre>{lines}</pre>
      <Button onPress={() => void copy()} label={`Copy the lines for ${controller}`}>
        {isCopied ? 'Copied' : 'Copy'}
      </Button>
    </section>
  );
}
