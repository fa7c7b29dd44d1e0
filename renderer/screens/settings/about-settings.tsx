import { useState } from 'react';
import type { AppState } from '../../../shared/contract/app-state.ts';
import { Button } from '../../components/button.tsx';
import { Card, Section } from '../../components/card.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { Question } from '../../components/question.tsx';
import { useActions } from '../../state/use-window-state.ts';
import styles from './lines.module.css';

interface AboutSettingsProps {
  readonly about: AppState['about'];
  readonly tunnel: AppState['tunnel'];
}

/** Versions, diagnostics and quitting. */
export function AboutSettings({ about, tunnel }: AboutSettingsProps) {
  const actions = useActions();
  const [isCopied, setCopied] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const copy = async () => setCopied(await actions.do('copyDiagnostics', undefined));
  const quit = (keepConnected?: boolean) => {
    setAsking(false);
    void actions.do('quit', keepConnected === undefined ? {} : { keepConnected });
  };
  return (
    <Section title="About">
      <Card>
        <Facts>
          <Fact name="Homing">{about.version}</Fact>
          <Fact name="Electron">{about.electron}</Fact>
        </Facts>
        <div className={styles.actions}>
          <Button onPress={() => void copy()}>{isCopied ? 'Diagnostics copied' : 'Copy diagnostics'}</Button>
          <Button onPress={() => (tunnel.state === 'connected' ? setAsking(true) : quit())}>
            Quit Homing
          </Button>
        </div>
        <p className={styles.words} role="status">
          {isCopied && 'Keys and secrets have been left out.'}
        </p>
        {isAsking && tunnel.state === 'connected' && (
          <Question
            title={`Stay connected to ${tunnel.network}?`}
            answers={[
              { words: 'Stay connected', look: 'main', onChoose: () => quit(true) },
              { words: 'Disconnect and quit', look: 'danger', onChoose: () => quit(false) },
            ]}
            onCancel={() => setAsking(false)}
          >
            The helper can keep the connection, even when you change networks. Open Homing again to view or
            end it.
          </Question>
        )}
      </Card>
    </Section>
  );
}
