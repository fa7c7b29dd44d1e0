import { useState } from 'react';
import type { ControllerStatus } from '../../../shared/contract/status.ts';
import { firewallAdvice } from '../../../shared/text/firewall-words.ts';
import { ageText, bytesText } from '../../../shared/text/quantities.ts';
import type { Decision } from '../../../shared/timeline/decision.ts';
import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { useNow } from '../../state/use-now.ts';
import { useActions, useApp } from '../../state/use-window-state.ts';
import { CandidateList } from './candidate-list.tsx';
import styles from './controller-details.module.css';
import { ProbePeerOffer } from './probe-peer-offer.tsx';

interface ControllerDetailsProps {
  readonly controller: ControllerStatus;
  readonly lastMove: Decision | undefined;
}

const proofWords: Readonly<Record<ControllerStatus['probing'], string>> = {
  answers: 'proven by its key',
  unknown: 'not proven yet',
  'not-supported': 'it does not know this laptop’s probe key, so ways are tried through the tunnel',
};

/** The details of a controller, one click deeper. */
export function ControllerDetails({ controller, lastMove }: ControllerDetailsProps) {
  const actions = useActions();
  const { tunnel } = useApp();
  const nowMs = useNow();
  const [isTesting, setTesting] = useState(false);
  const {
    name,
    endpoint,
    latestHandshakeAt,
    receivedBytes,
    sentBytes,
    publicKey,
    candidates,
    probing,
    address,
    path,
  } = controller;
  const test = async () => {
    setTesting(true);
    await actions.do('probe', { controller: name });
    setTesting(false);
  };
  return (
    <div className={styles.details}>
      <p className={styles.story}>
        {lastMove && `Here since ${ageText(lastMove.at, nowMs)}: ${lastMove.reason}. `}
        {proofWords[probing].charAt(0).toUpperCase() + proofWords[probing].slice(1)}.
      </p>
      <Facts>
        <Fact name="Endpoint" isCode>
          {endpoint ?? 'none'}
        </Fact>
        <Fact name="Last handshake">
          {latestHandshakeAt === null ? 'never' : ageText(latestHandshakeAt, nowMs)}
        </Fact>
        <Fact name="Received / sent">
          {bytesText(receivedBytes)} / {bytesText(sentBytes)}
        </Fact>
        {address !== null && (
          <Fact name="Address" isCode>
            {address} <CopyButton text={address} what={`the address of ${name}`} />
          </Fact>
        )}
        <Fact name="Public key" isCode>
          {publicKey} <CopyButton text={publicKey} what={`the public key of ${name}`} />
        </Fact>
      </Facts>
      <div className={styles.ways}>
        <h3>Endpoints</h3>
        <Button
          onPress={() => void test()}
          isDisabled={isTesting}
          label={`Test now: the endpoints of ${name}`}
        >
          {isTesting ? 'Testing…' : 'Test now'}
        </Button>
      </div>
      <CandidateList candidates={candidates} endpoint={endpoint} nowMs={nowMs} />
      {path !== 'lan' && tunnel.state === 'connected' && tunnel.droppedAnswers != null && (
        <p className={styles.firewall}>{firewallAdvice(tunnel.droppedAnswers)}</p>
      )}
      {probing === 'not-supported' && tunnel.state === 'connected' && (
        <ProbePeerOffer profileId={tunnel.profileId} controller={name} />
      )}
    </div>
  );
}
